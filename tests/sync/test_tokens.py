"""A desk replaces its token by itself, and whatever is lost, copied or put back, it works on or is told."""

import datetime as dt
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qlue_desk.protocol import Session
from qlue_desk.store.database import Store
from qlue_desk.sync import signing_in
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.errors import BadReply, NotSignedIn
from qlue_desk.sync.tokens import TokenFile, put_first, read_token, read_tokens
from qlue_desk.sync.transport import Transport
from tests.sync.rig import Central, Desk


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with Central.make(tmp_path) as made:
        yield made


def days(central: Central, number: int) -> None:
    central.clock.now += dt.timedelta(days=number)


def asks(central: Central, token: str) -> bool:
    """Whether central takes this token; taking it is its first use."""
    with closing(Transport(central.url, token=token)) as transport:
        try:
            transport.send("GET", "/v1/session", Session)
        except NotSignedIn:
            return False
        return True


def copy_of(desk: Desk, home: Path) -> Desk:
    desk.store.close()
    shutil.copytree(desk.home, home)
    desk.store = Store.open(desk.home)
    desk.engine = Engine(desk.store, desk.home, wait_seconds=1)
    desk.workplace.store = desk.store
    return Desk(home, Store.open(home))


def test_a_token_of_thirty_days_is_replaced_in_the_round(central: Central) -> None:
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    days(central, 29)
    desk.sync()
    assert read_tokens(desk.home) == (old,)
    days(central, 1)
    desk.sync()
    fresh, before = read_tokens(desk.home)
    assert (before, asks(central, old), asks(central, fresh)) == (old, False, True)
    assert stat.S_IMODE((desk.home / "token").stat().st_mode) == 0o600
    days(central, 1)
    desk.sync()
    assert read_token(desk.home) == fresh


def test_a_lost_reply_locks_nobody_out(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    days(central, 30)
    given: list[str] = []
    send = Transport.send

    def lost(self: Transport, method: str, path: str, *rest: object, **named: object) -> object:
        reply = send(self, method, path, *rest, **named)  # type: ignore[arg-type]
        if path == "/v1/token/rotate":
            given.append(reply.token)  # type: ignore[attr-defined]
            raise BadReply("cut")
        return reply

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "send", lost)
        with pytest.raises(BadReply):
            desk.sync()
    assert read_tokens(desk.home) == (old,)
    desk.sync()
    assert read_token(desk.home) not in (old, *given)
    assert [asks(central, each) for each in (*given, old)] == [False, False], "nobody holds it, so it ends"
    desk.sync()


def test_a_desk_that_died_before_it_used_its_new_token_uses_it(central: Central) -> None:
    desk = central.desk()
    old = read_token(desk.home)
    put_first(desk.home, central.hub.desks.rotate(old))
    desk.sync()
    assert not asks(central, old)


def test_a_central_put_back_before_the_rotation_is_asked_with_the_token_before(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    central.backup()
    days(central, 30)
    desk.act(one.id, "note", "sesudah cadangan")
    desk.sync()
    fresh = read_token(desk.home)
    assert fresh != old
    central.restore()
    desk.sync()
    assert central.texts(one.id).count("sesudah cadangan") == 1
    assert read_tokens(desk.home) == (old, fresh), "so that the next start asks once"


def test_the_other_windows_of_the_data_folder_follow(central: Central) -> None:
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    with closing(signing_in.transport_for(desk.store)) as window:
        window.send("GET", "/v1/session", Session)
        days(central, 30)
        desk.sync()
        assert not asks(central, old)
        assert window.token == old
        window.send("GET", "/v1/session", Session)
        assert window.token == read_token(desk.home)


def test_of_two_copies_the_second_is_told_and_keeps_its_work(central: Central, tmp_path: Path) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    clone = copy_of(desk, tmp_path / "kembar")
    days(central, 30)
    desk.sync()
    clone.act(one.id, "note", "dari kembar")
    with pytest.raises(NotSignedIn) as caught:
        clone.sync()
    assert caught.value.sentence() == (
        "Tanda masuk ini sudah diganti, mungkin oleh salinan meja ini. Pekerjaan Anda tersimpan di sini;"
        " sambungkan lagi meja ini dengan kode baru dari pengelola kota: qlue-desk login URL --code KODE."
    )
    code = central.hub.desks.enrolment_code("bogor", "dpupr", "Kembar")
    session = signing_in.enrol(central.url, code, "Kembar", clone.store)
    assert session.desk.id != desk.workplace.session.desk.id
    clone.sync()
    desk.sync()
    assert central.texts(one.id).count("dari kembar") == 1
    assert desk.rows() == clone.rows() == central.rows("dpupr")
    clone.close()


def test_of_two_copies_that_both_have_a_new_token_the_first_to_use_it_goes_on(central: Central) -> None:
    old = central.hub.desks.add("bogor", "dpupr", "Meja").token
    first, second = (central.hub.desks.rotate(old) for _ in range(2))
    assert [asks(central, each) for each in (second, first, old, second)] == [True, False, False, True]


def test_a_token_that_cannot_be_kept_stops_nothing_and_is_asked_for_the_next_day(central: Central) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    (desk.home / ".token.lock").unlink(missing_ok=True)
    (desk.home / ".token.lock").mkdir()
    days(central, 30)
    desk.act(one.id, "note", "tetap sampai")
    desk.sync()
    assert (central.texts(one.id).count("tetap sampai"), read_tokens(desk.home)) == (1, (old,))
    (desk.home / ".token.lock").rmdir()
    desk.sync()
    assert read_tokens(desk.home) == (old,)
    days(central, 1)
    desk.sync()
    assert read_token(desk.home) != old


def test_a_token_of_the_environment_is_not_the_desks_to_change(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    monkeypatch.setenv("QLUE_DESK_TOKEN", old)
    days(central, 60)
    desk.sync()
    assert asks(central, old)
    assert read_tokens(desk.home) == (old,)


DAMAGED = {
    "blank line": b"\nqd1_a\n\n\nqd1_b\n",
    "line ends": b"qd1_a\r\nqd1_b\r\n",
    "mark of an editor": b"\xef\xbb\xbfqd1_a\nqd1_b\n",
    "zeros behind": b"qd1_a\nqd1_b\n" + b"\0" * 100,
    "zeros between": b"qd1_a\n" + b"\0" * 100 + b"\nqd1_b",
    "junk": b"qd1_a\n\xff\xfe half a line\nqd1_b\n",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_line_takes_only_itself_away(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    assert read_tokens(tmp_path) == ("qd1_a", "qd1_b")
    put_first(tmp_path, "qd1_c")
    assert (tmp_path / "token").read_bytes() == b"qd1_c\nqd1_a\nqd1_b\n"


def test_so_many_tokens_are_kept_and_one_that_stands_first_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "token"
    for token in ("qd1_a", "qd1_b", "qd1_c", "qd1_d", "qd1_b"):
        put_first(tmp_path, token)
    assert file.read_bytes() == b"qd1_b\nqd1_d\nqd1_c\n"
    before = file.stat().st_ino
    put_first(tmp_path, "qd1_b")
    assert file.stat().st_ino == before


@pytest.mark.parametrize(("given", "kept"), [("", "qd1_b"), (" ", "qd1_b"), ("qd1_e", "qd1_a")])
def test_an_empty_variable_is_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    (tmp_path / "token").write_bytes(b"qd1_a\nqd1_b\n")
    monkeypatch.setenv("QLUE_DESK_TOKEN", given)
    TokenFile(tmp_path).worked("qd1_b")
    assert (tmp_path / "token").read_text().split()[0] == kept


DYING = """
import os, sys
from pathlib import Path
from qlue_desk.store.database import Store
from qlue_desk.sync import tokens
from qlue_desk.sync.engine import Engine
from qlue_desk.sync.transport import Transport

home, step = Path(sys.argv[1]), sys.argv[2]
def die(*_all, **_named):
    os.kill(os.getpid(), 9)
if step == "reply":
    tokens.put_first = die
elif step == "written":
    tokens._next_in = die
elif step == "kept":
    keep = tokens.rotate_when_due
    def kept(link):
        keep(link)
        die()
    tokens.rotate_when_due = kept
elif step == "used":
    send = Transport.send
    def used(self, method, path, *rest, **named):
        reply = send(self, method, path, *rest, **named)
        if self.token == fresh():
            die()
        return reply
    old = tokens.read_token(home)
    def fresh():
        now = tokens.read_token(home)
        return None if now == old else now
    Transport.send = used
elif step == "worked":
    tokens.TokenFile.worked = die
Engine(Store.open(home), home, wait_seconds=1).once()
"""


@pytest.mark.parametrize("step", ["reply", "written", "kept", "used", "worked"])
def test_a_desk_killed_between_two_steps_goes_on(central: Central, step: str) -> None:
    one = central.report()
    desk = central.desk()
    desk.sync()
    old = read_token(desk.home)
    if step == "worked":
        central.backup()
    days(central, 30)
    if step == "worked":
        desk.sync()
        central.restore()
    desk.act(one.id, "note", "sesudah mati")
    desk.store.close()
    died = subprocess.run(
        [sys.executable, "-c", DYING, str(desk.home), step], env=os.environ, capture_output=True, timeout=60
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    again = Desk(desk.home, Store.open(desk.home))
    again.sync()
    again.sync()
    assert central.texts(one.id).count("sesudah mati") == 1
    assert asks(central, read_token(desk.home))
    assert read_token(desk.home) != old or step == "worked"
    again.close()
