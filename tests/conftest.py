"""Fixtures that every part of the tests may use."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import Scheduling

_IN_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 6 << 30
"""Most of what a run has in its folders at once is PostgreSQL's."""
_LONG = ("tests/sync/test_walk.py", "tests/bench/", "tests/browser/", "tests/sync/")
"""What takes longest, one test or all of a folder: a process that begins one of these last lets the others wait."""


def _work_in_memory() -> None:
    """Temporary folders in memory where there is room for them: each commit would wait for a disk, and no power is
    cut here. `TMPDIR` names another place."""
    usable = _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK)
    if "TMPDIR" not in os.environ and usable and shutil.disk_usage(_IN_MEMORY).free >= _ROOM_BYTES:
        os.environ["TMPDIR"] = str(_IN_MEMORY)
        tempfile.tempdir = None


_work_in_memory()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> "Scheduling | None":
    """A process that is done takes from what another still has: else one did the last five minutes alone."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, the order is kept otherwise."""
    items.sort(
        key=lambda item: next((n for n, name in enumerate(_LONG) if item.nodeid.startswith(name)), len(_LONG))
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real data of third parties, which never enters the repository.

    Looked for in QLUE_DESK_SHARED (the folder `shared`), then beside the project; absent data skip a
    test on a developer's machine and fail it in CI, where a silent skip would prove nothing.
    """
    named = os.environ.get("QLUE_DESK_SHARED")
    root = Path(named) if named else Path(__file__).parents[1].parent / "shared"
    if (root / "data").is_dir():
        return root / "data"
    if os.environ.get("CI"):
        pytest.fail(f"shared data are missing in CI: {root / 'data'}")
    pytest.skip(f"no shared data at {root / 'data'}")
