"""What nobody foresaw: one sentence on the terminal, the traceback in the log, exit code 1."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import RenderResult
from textual.widget import Widget

from qlue_desk.desk.app import QlueDesk
from qlue_desk.desk.run import stay
from qlue_desk.settings import Settings
from tests.desk_world import NOW, DeskWorld


class BrokenWidget(Widget):
    """Cannot be drawn."""

    def render(self) -> RenderResult:
        """Fail."""
        raise ZeroDivisionError("a secret of the inside")


class BrokenDesk(QlueDesk):
    """Fails in a way of the test's choosing, without a terminal."""

    CSS_PATH = str(Path(inspect.getfile(QlueDesk)).with_name("desk.tcss"))

    def __init__(self, world: DeskWorld, failing: Callable[[QlueDesk], object]) -> None:
        super().__init__(world.workplace, None, Settings(), home=world.workplace.home, now=lambda: NOW)
        self.failing = failing

    def on_mount(self) -> None:
        """Open the desk, then fail."""
        super().on_mount()
        self.call_later(self.failing, self)

    def run(self, **_named: object) -> int | None:  # type: ignore[override]
        """Without a terminal."""
        return super().run(headless=True, size=(100, 30))


async def _in_worker(_app: QlueDesk) -> None:
    async def work() -> None:
        raise ZeroDivisionError("a secret of the inside")

    _app.run_worker(work())


def _in_handler(_app: QlueDesk) -> None:
    raise ZeroDivisionError("a secret of the inside")


@pytest.mark.parametrize(
    "failing",
    [lambda app: app.screen.mount(BrokenWidget()), _in_handler, _in_worker],
    ids=["widget", "handler", "worker"],
)
def test_a_crash_leaves_one_sentence_a_log_and_exit_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], failing: Callable[[QlueDesk], object]
) -> None:
    world = DeskWorld.make(tmp_path)
    assert stay(BrokenDesk(world, failing)) == 1
    out, err = capfd.readouterr()
    assert out == ""
    log = tmp_path / "error.log"
    assert err == (
        "Meja berhenti karena kesalahan (ZeroDivisionError);"
        f" rinciannya di {log}; pekerjaan Anda tersimpan.\n"
    )
    assert "ZeroDivisionError: a secret of the inside" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_debugging_shows_the_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QLUE_DESK_DEBUG", "1")
    world = DeskWorld.make(tmp_path)
    assert stay(BrokenDesk(world, _in_handler)) == 1
    _out, err = capfd.readouterr()
    assert "Traceback" in err
    assert "Meja berhenti karena kesalahan (ZeroDivisionError)" in err
