"""What every command has at hand: settings, data folder, who asked for JSON."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qlue_desk.cli.exits import CommandFailed, Exit, Usage
from qlue_desk.cli.output import warn
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.domain.text import clean
from qlue_desk.settings import Settings, find_file
from qlue_desk.store.lean import without_server_drivers
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.casework.workplace import Workplace
    from qlue_desk.domain.moves import Refusal

UNKNOWN_HOST = N_(
    "Alamat {host} tidak dikenal di jaringan ini; pilih yang lain dengan --host, misalnya 127.0.0.1."
)
NEVER_SYNCED = N_("Meja ini belum pernah sinkron: jalankan qlue-desk sync.")


class Shell:
    """The surroundings of one command."""

    def __init__(self, settings: Settings, home: Path, config: Path | None = None) -> None:
        """`config`: the file of settings that was named."""
        self.settings = settings
        self.config = config
        self.home = home

    @staticmethod
    def _check_lease(workplace: Workplace) -> None:
        from qlue_desk.casework import lease
        from qlue_desk.casework.workplace import utc_now

        since = lease.locked_since(workplace, utc_now())
        if since is not None:
            from qlue_desk.phrases import time_words

            sentence = _(lease.LOCKED).format(since=time_words(since, workplace.zone))
            raise CommandFailed(sentence, exit_code=Exit.NOT_PERMITTED, code="locked")

    @contextmanager
    def workplace(self, *, even_locked: bool = False) -> Iterator[Workplace]:
        """The desk of this data folder, opened and closed again.

        :raises CommandFailed: when it has been without central for too long; `even_locked` for what must
            go on nevertheless: giving work out, and taking central's answer in.
        """
        without_server_drivers()
        from qlue_desk.casework.workplace import Workplace
        from qlue_desk.store import ballast

        workplace = Workplace.open(self.home)
        try:
            if not even_locked:
                self._check_lease(workplace)
            yield workplace
            if workplace.store.read_only is not None:
                warn(workplace.store.read_only.sentence(_))
            if ballast.running_out(self.home):
                fits = ballast.own_work_fits(self.home)
                sentence = _(ballast.NEARLY_FULL if fits else ballast.FULL).format(path=self.home)
                # Behind what was done: it is about the next action, not about this one.
                click.get_current_context().call_on_close(lambda: warn(sentence))
        finally:
            workplace.close()

    @contextmanager
    def replica(self) -> Iterator[Workplace]:
        """The desk, for what reads central's reports: an empty list of a desk that has none yet is no answer.

        :raises CommandFailed: as `workplace`.
        """
        from qlue_desk.store import position

        with self.workplace() as workplace:
            if workplace.store.reading(position.cursor) is None:
                warn(_(NEVER_SYNCED))
            for sentence in self._wrong_settings(workplace):
                warn(sentence)
            yield workplace

    def _wrong_settings(self, workplace: Workplace) -> Iterator[str]:
        """Of settings that only this machine or this city can judge; they keep nobody from reading."""
        if (path := self.private_ca()) is not None:
            from qlue_desk.sync.authority import authority
            from qlue_desk.sync.errors import BadAuthority

            try:
                authority(path)
            except BadAuthority as error:
                yield error.sentence()
        if self.settings.views and (path := find_file(self.config)) is not None:
            from qlue_desk.casework.view_file import ViewFile

            yield from ViewFile(path, self.settings).problems(workplace, _).values()

    @staticmethod
    def tell_of_waiting() -> None:
        """From now on a central that lets a command wait is named, on stderr."""
        from qlue_desk.sync.transport import announce_waiting

        def tell(address: str, most: float) -> None:
            sentence = _("Menunggu jawaban pusat {address}; paling lama {n} detik.")
            warn(sentence.format(address=address, n=round(most)))

        announce_waiting(tell)

    def private_ca(self) -> Path | None:
        """The city's own certificate authority, if it has one."""
        return Path(self.settings.sync.ca_file) if self.settings.sync.ca_file else None


_EXIT_OF_FIELD = {
    "verb": Exit.USAGE,
    "format": Exit.USAGE,
    "month": Exit.USAGE,
    "until": Exit.USAGE,
    "path": Exit.FAILED,
    "package": Exit.FAILED,
}
"""Input that no rule of the field refused: it is written wrongly, or the machine cannot do it."""

pass_shell = click.make_pass_decorator(Shell)


def exit_of(refusal: Refusal) -> Exit:
    """What a rule's no means for the exit code."""
    from qlue_desk.domain.moves import Code

    if refusal.code is Code.FORBIDDEN_ACTOR:
        return Exit.NOT_PERMITTED
    if refusal.code is Code.NOT_FOUND:
        return Exit.FAILED
    return _EXIT_OF_FIELD.get(refusal.field, Exit.REFUSED)


def check_host(host: str) -> None:
    """Look whether there is such a host before anything is said of who reaches it.

    :raises Usage: when there is none.
    """
    try:
        socket.getaddrinfo(host.strip("[]"), None)
    except (OSError, UnicodeError):
        raise Usage(_(UNKNOWN_HOST).format(host=clean(host, multiline=False))) from None


def cannot_listen(error: OSError, host: str, port: int) -> str:
    """Why a server of ours cannot begin."""
    if error.errno == errno.EADDRINUSE:
        return _("Porta {port} di {host} sudah dipakai program lain; pilih yang lain dengan --port.").format(
            host=host, port=port
        )
    return _("Tidak bisa melayani di {host}:{port}: {why}.").format(
        host=host, port=port, why=_(reason_of(error))
    )


def refused(refusal: Refusal) -> CommandFailed:
    """A rule's no as the end of a command."""
    return CommandFailed(refusal.sentence(_), exit_code=exit_of(refusal), code=str(refusal.code))
