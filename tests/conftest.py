"""Fixtures that every part of the tests may use."""

import os
from pathlib import Path

import pytest


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
