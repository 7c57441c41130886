"""Whatever comes in from a terminal: a paste stays one, and no byte ends the desk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qlue_desk.desk.pasted import BEGIN, END, Pasted
from qlue_desk.store import outbox
from qlue_desk.store.database import Store
from tests.desk_world import DeskWorld
from tests.terminal import Terminal


@pytest.mark.parametrize(
    ("typed", "passed_on"),
    [
        ("jj\x1b[A\x1bx", "jj\x1b[A\x1bx"),  # keys as they come
        (f"{BEGIN}satu\r\ndua\ttiga{END}j", f"{BEGIN}satu\r\ndua\ttiga{END}j"),
        (f"{BEGIN}AAA\x1b[31mBBB\rCCC{END}", f"{BEGIN}AAABBB\rCCC{END}"),
        (f"{BEGIN}AAA\x1bBBB\x11\x00\x7f\x9bCCC{END}\x1b", f"{BEGIN}AAABBBCCC{END}\x1b"),
        (f"{BEGIN}\x1b]0;judul\x07teks{BEGIN}lagi{END}", f"{BEGIN}tekslagi{END}"),
        (f"{BEGIN}belum selesai \x1b[20", f"{BEGIN}belum selesai "),
    ],
)
def test_a_paste_holds_text_alone(typed: str, passed_on: str) -> None:
    assert Pasted().clean(typed) == passed_on
    pieces = Pasted()
    assert "".join(pieces.clean(sign) for sign in typed) == passed_on


@given(
    st.lists(st.sampled_from([BEGIN, END, "\x1b", "[", "201~", "a", "\r", "\x11", "\x1b[31m"]), max_size=12),
    st.data(),
)
def test_in_whatever_pieces_it_comes(parts: list[str], data: st.DataObject) -> None:
    typed = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(typed)), max_size=4)))
    pieces = [typed[start:end] for start, end in zip([0, *cuts], [*cuts, len(typed)], strict=True)]
    cleaner = Pasted()
    passed_on = "".join(cleaner.clean(piece) for piece in pieces)
    # Between the marks nothing is left that could be a key.
    for inside in passed_on.split(BEGIN)[1:]:
        assert "\x1b" not in inside.partition(END)[0]
        assert "\x11" not in inside.partition(END)[0]


def test_a_real_terminal_may_send_anything(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    world.add()
    world.close()
    environ = {"QLUE_DESK_HOME": str(tmp_path)}
    with Terminal([sys.executable, "-m", "qlue_desk"], environ=environ) as desk:
        desk.see("Perlu saya")
        desk.quiet()
        desk.type(b"\xff\xe9\x1b[99999999u")
        desk.quiet()
        desk.type(b"c")
        desk.see("Catatan BGR-26-000001")
        desk.quiet()
        desk.type(b"\x1b[200~AAA\x1b[31mBBB\rwww\x11CCC\x1b[201~")
        desk.until(lambda: "wwwCCC" in desk.text() and "AAABBB" in desk.text())
        assert "Traceback" not in desk.text()
    store = Store.open(tmp_path)
    assert store.reading(outbox.waiting) == []
    store.close()
