"""`sync`: one round with central, or keep on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from qlue_desk.cli.exits import CommandFailed, Exit, NobodyReads
from qlue_desk.cli.lazy import command, option
from qlue_desk.cli.output import Progress, say, write_json
from qlue_desk.cli.shell import Shell, pass_shell
from qlue_desk.domain.moves import N_
from qlue_desk.phrases import number
from qlue_desk.words import _, n_

if TYPE_CHECKING:
    from qlue_desk.store.database import Store
    from qlue_desk.sync.state import RoundResult, SyncState


@command("sync", N_("Kirim yang menunggu dan ambil yang baru; satu putaran."))
@option("--watch", is_flag=True, help=N_("terus berjalan sampai ctrl+c"))
@pass_shell
def sync(shell: Shell, watch: bool, json_output: bool) -> None:
    """Sync once, or until interrupted."""
    from qlue_desk.cli.outbox import warn_of_damage, warn_of_sealed
    from qlue_desk.store import ballast, journal
    from qlue_desk.store.database import Store

    damage = warn_of_damage(shell.home)
    store = Store.open(shell.home)
    try:
        if damage.lost and store.read_only is None:
            store.writing(journal.lost_lines_told, damage.lost)
        if watch:
            _watch(shell, store)
        else:
            _once(shell, store, json_output)
            ballast.make(shell.home)
    finally:
        store.close()
        warn_of_sealed(shell.home)  # also where this very round has wiped the desk


def _once(shell: Shell, store: Store, json_output: bool) -> None:
    from qlue_desk.sync.engine import Engine
    from qlue_desk.sync.errors import Offline

    shell.tell_of_waiting()
    progress = Progress(_("Sinkron"), quiet=json_output)
    try:
        result = Engine(store, shell.home, private_ca=shell.private_ca()).once(progress)
    except Offline as error:
        from qlue_desk.cli.demo import command_of_seat

        if not (command := command_of_seat(shell.home)):
            raise
        sentence = _(
            "Pusat peragaan mendapat alamat baru tiap kali dibuka, dan di alamat yang diketahui meja ini ia tidak ada; "
            "pekerjaan Anda tersimpan di sini. Alamatnya diperbarui dengan membuka meja ini: {command}"
        )
        raise CommandFailed(
            sentence.format(command=command), exit_code=Exit.OFFLINE, code="offline"
        ) from error
    if json_output:
        write_json(_document(result))
        return
    if result.elsewhere and not result.waiting:
        say(_("Sudah disinkronkan oleh meja yang terbuka, atau perintah lain yang sedang berjalan."))
        return
    if result.elsewhere:
        line = n_("Meja yang sedang terbuka mengirim sendiri; {n} tindakan masih menunggu.", result.waiting)
        say(line.format(n=number(result.waiting)))
        return
    line = _(
        "{pulled} perubahan diambil, {applied} tindakan diterima pusat, "
        "{refused} ditolak, {waiting} menunggu."
    )
    say(
        line.format(
            pulled=result.pulled, applied=result.applied, refused=result.refused, waiting=result.waiting
        )
    )


def _document(result: RoundResult) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(result)
    return found


def _watch(shell: Shell, store: Store) -> None:
    from qlue_desk.sync.engine import Engine

    unread = threading.Event()

    def tell(state: SyncState) -> None:
        try:
            say(f"{state.phase}  ▲ {state.waiting}  ! {state.refused}  {state.detail}".rstrip())
        except CommandFailed:  # on the engine's thread, where it would end nothing
            unread.set()

    engine = Engine(
        store,
        shell.home,
        tell,
        private_ca=shell.private_ca(),
        wait_seconds=shell.settings.sync.wait_seconds,
    )
    engine.start()
    try:
        unread.wait()
    finally:
        engine.stop()
    raise NobodyReads
