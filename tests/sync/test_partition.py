"""One cut of a real cable between two namespaces; `tests.sync.partition` cuts more often."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.partition import experiment, permitted


def test_a_pulled_cable_loses_and_doubles_nothing(tmp_path: Path) -> None:
    if not permitted():
        pytest.skip("network namespaces are not permitted here")
    assert "none lost, none doubled" in experiment(tmp_path, cuts=1, seconds=3.0)
