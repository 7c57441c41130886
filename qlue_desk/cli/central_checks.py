"""What `doctor` finds out about central: whether this desk may speak with it, and whether both understand."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

from qlue_desk.cli.data_checks import DATABASE_FILE
from qlue_desk.cli.finding import Finding
from qlue_desk.cli.shell import Shell
from qlue_desk.words import _, sentences

CLOCK_SECONDS = 60


def central_findings(shell: Shell) -> Iterator[Finding]:
    """Ask central for the session, as each round of sync begins."""
    from qlue_desk.sync.tokens import readable_tokens

    if not os.path.isfile(shell.home / DATABASE_FILE):
        if readable_tokens(shell.home):
            yield Finding(_("Pusat"), None, _("tidak bisa ditanya tanpa basis data"))
        else:
            mend = _("Jalankan: qlue-desk login URL --code KODE.")
            yield Finding(_("Pusat"), None, _("meja ini belum terhubung"), mend)
        return
    from qlue_desk.protocol import Session
    from qlue_desk.store.database import Store
    from qlue_desk.store.errors import StoreError
    from qlue_desk.sync.errors import NotEnrolled, SyncError
    from qlue_desk.sync.signing_in import transport_for

    shell.tell_of_waiting()
    try:
        store = Store.open(shell.home)
    except StoreError:
        return  # told with the database
    try:
        known, desk = store.reading(_enrolment)
        transport = transport_for(store, private_ca=shell.private_ca())
        try:
            session = transport.send("GET", "/v1/session", Session)
        finally:
            transport.close()
    except NotEnrolled as error:
        if known:
            yield Finding(_("Pusat"), False, _("meja ini tidak punya token"), new_code(known))
        else:
            unasked = _("tidak bisa ditanya tanpa basis data") if error.has_token else error.sentence()
            yield Finding(_("Pusat"), None, unasked)
        return
    except SyncError as error:
        yield Finding(_("Pusat"), False, error.sentence(), _mend(error, known))
        return
    finally:
        store.close()
    name = session.desk.name or session.desk.id
    if desk not in ("", session.desk.id):
        found = _("token di folder data ini milik meja lain ({name})").format(name=name)
        yield Finding(
            _("Pusat"), False, found, sentences(_("Kembalikan berkas token meja ini."), new_code(known))
        )
        return
    yield Finding(_("Pusat"), True, f"{session.city.name} · {name}")
    yield from compatibility(session.protocol_min, session.protocol_max, session.min_client)
    off = abs((session.server_time - dt.datetime.now(dt.UTC)).total_seconds())
    mend = "" if off < CLOCK_SECONDS else _("Setel jam mesin ini (NTP); tenggat dihitung jam pusat.")
    yield Finding(_("Jam"), off < CLOCK_SECONDS, _("selisih {n} dtk").format(n=round(off)), mend)


def _enrolment() -> tuple[str, str]:
    """Address of central, and as which desk this one is known there; on a store's thread."""
    import msgspec

    from qlue_desk.protocol import Session
    from qlue_desk.store import meta
    from qlue_desk.sync.pull import enrolled_as

    stored = meta.get(meta.SESSION)
    before = None if stored is None else msgspec.json.decode(stored, type=Session)
    return (meta.get(meta.SERVER_URL) or b"").decode(), enrolled_as(before)


def _mend(error: Exception, url: str) -> str:
    from qlue_desk.protocol import ErrorCode
    from qlue_desk.sync.errors import BadAuthority, Busy, NotSignedIn

    if isinstance(error, BadAuthority):
        return _("Perbaiki baris itu; semua pengaturan ada di config.toml.")
    if isinstance(error, NotSignedIn):
        return "" if error.code == ErrorCode.TOKEN_EXPIRED else new_code(url)  # that sentence tells it itself
    if isinstance(error, Busy):
        return _("Pekerjaan tetap tersimpan; coba lagi sebentar lagi.")
    return _("Pekerjaan tetap tersimpan; periksa jaringan atau alamat pusat.")


def new_code(url: str) -> str:
    """How a desk gets a token again."""
    return _("Minta kode baru dari pengelola kota, lalu: qlue-desk login {url} --code KODE.").format(url=url)


def compatibility(oldest: int, newest: int, min_client: str) -> Iterator[Finding]:
    """Whether this desk and a central of those protocols, which wants at least that desk, understand each other."""
    from qlue_desk import __version__
    from qlue_desk.protocol import PROTOCOL

    what = _("Versi pusat")
    if newest < PROTOCOL:
        found = _("pusat lebih lama dari meja ini (protokol {n})").format(n=newest)
        yield Finding(what, False, found, _("Minta pengelola memperbarui pusat; pekerjaan tetap tersimpan."))
    elif oldest > PROTOCOL or _numbers(__version__) < _numbers(min_client):
        found = _("pusat memerlukan meja yang lebih baru (paling sedikit {version})").format(
            version=min_client
        )
        mend = _("Perbarui: pip install --upgrade qlue-desk; yang tercatat tetap dikirim.")
        yield Finding(what, False, found, mend)
    else:
        yield Finding(what, True, _("cocok (protokol {n})").format(n=PROTOCOL))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
