"""What `doctor` finds in the data folder: its disk, its files, the database and the log beside it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from qlue_desk.cli.finding import Finding
from qlue_desk.domain.moves import N_
from qlue_desk.domain.system import reason_of
from qlue_desk.phrases import number
from qlue_desk.store.disk import is_full
from qlue_desk.words import _, n_, sentences

DATABASE_FILE = "desk.db"
TOKEN_FILE = "token"
_MADE_AGAIN = ("desk.lock", "desk.open", "desk.window", ".token.lock", "ballast", "error.log")
"""Files that hold nothing of anybody's."""
_KEPT = ("key", TOKEN_FILE, "outbox.log", DATABASE_FILE)
_MAKE_WRITABLE = N_("Periksa cakram itu dan izin folder data: keduanya harus bisa ditulis.")
FREE_THE_DISK = N_("Kosongkan ruang pada cakram itu.")


def folder_findings(home: Path) -> Iterator[Finding]:
    """Whether it may lie there and be written, how much room there is, and whether its files are files."""
    from qlue_desk.store.errors import StoreError
    from qlue_desk.store.location import refuse_file, refuse_network

    what = _("Folder data")
    try:
        refuse_network(home)
        refuse_file(home)
        _try_to_write(home)
        there = home.exists()
    except StoreError as error:
        yield Finding(what, False, error.sentence(_), _("Pilih folder lain dengan QLUE_DESK_HOME."))
        return
    except OSError as error:
        found = _("{path}: {why}").format(path=home, why=_(reason_of(error)))
        mend = _("Beri hak tulis pada folder itu, atau pilih lain dengan QLUE_DESK_HOME.")
        if error.errno == errno.EROFS:  # no permission helps
            mend = _(_MAKE_WRITABLE)
        yield Finding(what, False, found, mend)
        return
    if not there:
        yield Finding(what, None, str(home), _("Dibuat saat pertama masuk: qlue-desk login URL --code KODE."))
        return
    yield Finding(what, True, str(home))
    yield _room(home)
    for name in (*_MADE_AGAIN, *_KEPT):
        yield from _file(home / name)
    yield from _token(home)


def _try_to_write(home: Path) -> None:
    """Make a folder where the data folder is, or would be, and take it away again.

    :raises OSError: when that cannot be; a full disk is another matter.
    """
    there = home
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    try:
        os.rmdir(tempfile.mkdtemp(dir=there))
    except OSError as error:
        if not is_full(error):
            raise


def _room(home: Path) -> Finding:
    from qlue_desk.store import ballast

    what = _("Ruang cakram")
    free = shutil.disk_usage(home).free
    if not ballast.running_out(home):
        return Finding(what, True, _("{n} GB bebas").format(n=round(free / 1e9, 1)))
    if ballast.own_work_fits(home):
        found = _("hampir habis ({n} kB): tindakan masih dicatat, yang baru dari pusat belum diambil")
    else:
        found = _("habis ({n} kB): tidak ada yang bisa dicatat, dikirim, atau diambil")
    return Finding(what, False, found.format(n=number(free // 1000)), _(FREE_THE_DISK))


def _file(path: Path) -> Iterator[Finding]:
    """Told only where something is wrong with it."""
    if not os.path.lexists(path):
        return
    if not path.is_file():
        found = _("{path}: itu folder, bukan berkas") if path.is_dir() else _("{path} bukan berkas biasa.")
        if path.name in _MADE_AGAIN:
            mend = _("Pindahkan ke tempat lain; berkasnya dibuat lagi sendiri.")
        else:
            mend = _("Pindahkan ke tempat lain, dan kembalikan berkas yang asli bila masih ada.")
        yield Finding(path.name, False, found.format(path=path), mend)
    elif not os.access(path, os.R_OK | os.W_OK):
        found = _("{path}: {why}").format(path=path, why=_("tidak ada izin"))
        yield Finding(path.name, False, found, _("Jalankan: chmod u+rw {path}").format(path=path))


def _token(home: Path) -> Iterator[Finding]:
    path = home / TOKEN_FILE
    if not path.is_file():
        return
    from qlue_desk.sync.tokens import readable_tokens

    what = _("Berkas token")
    mode = stat.S_IMODE(path.stat().st_mode)
    if sys.platform != "win32" and mode & 0o077:
        yield Finding(what, False, f"{mode:04o}", _("Jalankan: chmod 600 {path}").format(path=path))
    elif not readable_tokens(home):
        found = _("tidak berisi token yang bisa dipakai")
        mend = _("Kembalikan dari cadangan, atau minta kode baru: qlue-desk login URL --code KODE.")
        yield Finding(what, False, found, mend)
    else:
        yield Finding(what, True, f"{mode:04o}")


def database_findings(home: Path) -> Iterator[Finding]:
    """Whether it opens and is whole; a lost one is no new desk."""
    what = _("Basis data")
    if not os.path.isfile(home / DATABASE_FILE):
        yield _no_database(home)
        return
    from qlue_desk.store import meta, position
    from qlue_desk.store.database import Store
    from qlue_desk.store.errors import Damaged, DiskFull, NewerDatabase, StoreError
    from qlue_desk.store.key import PUT_BACK, KeyGone

    try:
        store = Store.open(home)
    except Damaged:
        found = _("{path} rusak, atau kuncinya lain").format(path=home / DATABASE_FILE)
        yield Finding(what, False, found, sentences(_what_is_safe(home), _begin_anew(home)))
        return
    except KeyGone as error:
        lost = _(
            "Bila tidak ada lagi, yang belum terkirim dan foto di sini tidak bisa dibuka; laporan tetap ada di pusat."
        )
        yield Finding(what, False, error.fault(_), sentences(_(PUT_BACK), lost, _begin_anew(home)))
        return
    except DiskFull as error:
        yield Finding(what, False, error.sentence(_), _(FREE_THE_DISK))
        return
    except StoreError as error:
        mend = sentences(
            _("Kembalikan berkas itu atau izinnya; bila tidak bisa, mulai lagi tanpa berkas itu."),
            _begin_anew(home),
        )
        yield Finding(what, False, error.sentence(_), mend)
        return
    try:
        if store.read_only is not None:
            newer = isinstance(store.read_only, NewerDatabase)
            mend = _("Perbarui qlue-desk.") if newer else _(_MAKE_WRITABLE)
            yield Finding(what, False, store.read_only.sentence(_), mend)
            return
        if store.reading(meta.get, meta.SERVER_URL) is None and _was_a_desk(home):
            yield _no_database(home)
            return
        try:
            whole = store.reading(_is_whole)
        except Damaged:
            whole = False
        if not whole:
            found = _("{path} rusak").format(path=home / DATABASE_FILE)
            yield Finding(what, False, found, sentences(_what_is_safe(home), _begin_anew(home)))
            return
        yield Finding(what, True, "ok")
        if store.reading(position.cursor) is None:
            yield Finding(
                _("Salinan laporan"), None, _("belum pernah diambil"), _("Jalankan: qlue-desk sync.")
            )
    finally:
        store.close()


def _was_a_desk(home: Path) -> bool:
    """A token or recorded work says that there was a database."""
    from qlue_desk.sync.tokens import readable_tokens

    return bool(_left_in_log(home) or readable_tokens(home))


def _no_database(home: Path) -> Finding:
    """None yet, or lost."""
    what, left = _("Basis data"), _left_in_log(home)
    if not _was_a_desk(home):
        return Finding(what, None, _("belum ada"))
    found = _("hilang")
    if left:
        found = n_("hilang; {n} tindakan yang belum sampai masih di outbox.log", left).format(n=number(left))
    return Finding(what, False, found, _sign_in_again(home))


def _what_is_safe(home: Path) -> str:
    """What of a damaged database is elsewhere, too; the reports are central's."""
    left = _left_in_log(home)
    sentence = n_("{n} tindakan yang mungkin belum sampai ke pusat masih utuh di outbox.log.", left)
    return sentence.format(n=number(left)) if left else ""


def _begin_anew(home: Path) -> str:
    """What always works: the log beside the database has all that central does not."""
    from qlue_desk.store.errors import StoreError
    from qlue_desk.store.key import load_key

    path = home / DATABASE_FILE
    try:
        load_key(home, database_exists=True)
    except StoreError:  # a new database does not begin with it either
        aside = _("Pindahkan berkas key dan semua berkas {path}* ke tempat lain.").format(path=path)
        return sentences(aside, _sign_in_again(home, salvages=False))
    aside = _("Pindahkan semua berkas {path}* ke tempat lain.").format(path=path)
    return sentences(aside, _sign_in_again(home))


def _sign_in_again(home: Path, *, salvages: bool = True) -> str:
    """`salvages`: what had not left is in the log, and can be read there."""
    from qlue_desk.sync.tokens import readable_tokens

    if readable_tokens(home):
        again = _(
            "Masuk lagi: qlue-desk login URL --user NAMA (token meja ini masih ada), lalu qlue-desk sync."
        )
    else:
        again = _(
            "Minta kode baru dari pengelola kota: qlue-desk login URL --code KODE, lalu qlue-desk sync."
        )
    return sentences(again, _("Laporan disalin lagi dan yang belum sampai dikirim.") if salvages else "")


def _left_in_log(home: Path) -> int:
    from qlue_desk.store import twin
    from qlue_desk.store.errors import StoreError

    try:
        return len(twin.read(home / twin.FILE).recorded)
    except StoreError:
        return 0  # told with the files


def log_findings(home: Path) -> Iterator[Finding]:
    """The outbox's twin: told only where lines of it cannot be read."""
    from qlue_desk.casework.log_damage import damage_of
    from qlue_desk.store import twin
    from qlue_desk.store.errors import StoreError

    try:
        found = damage_of(home)
    except StoreError:
        return  # told with the files
    if found.lost:
        yield Finding(
            twin.FILE,
            False,
            _("{n} baris rusak").format(n=found.lost),
            _("Periksa laporan yang terakhir Anda kerjakan, lalu jalankan: qlue-desk sync."),
        )
    if found.locked:
        yield Finding(
            twin.FILE,
            False,
            n_("{n} baris tersegel dengan kunci yang tidak ada di sini", found.locked).format(
                n=number(found.locked)
            ),
            _("Kembalikan berkas key yang lama bersama desk.db-nya; baris itu tetap disimpan."),
        )


def sealed_findings(home: Path) -> Iterator[Finding]:
    """Work of a desk that was wiped: told only where there is some."""
    from qlue_desk.store import left_sealed

    for path in left_sealed.files(home):
        yield Finding(_("Pekerjaan tersegel"), False, path.name, left_sealed.told(path, _))


def _is_whole() -> bool:
    from qlue_desk.store.bound import connection

    return bool(connection().execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
