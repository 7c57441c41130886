"""What screens ask for off the event loop."""

from __future__ import annotations

import threading

import pytest

from qlue_desk.desk.backend import in_thread


def test_who_left_before_the_answer_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    go_on, done = threading.Event(), threading.Event()

    def slow() -> str:
        go_on.wait(30)
        return "late"

    future = in_thread(slow)
    future.add_done_callback(lambda _future: done.set())
    future.cancel()  # as `asyncio.wrap_future` does when a screen is left
    go_on.set()
    assert done.wait(30)
    for thread in threading.enumerate():
        if thread.name == "desk-call":
            thread.join(30)
    assert told == []


def test_an_error_reaches_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        in_thread(lambda: 1 // 0).result(30)
