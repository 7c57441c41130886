"""The bench itself works; what it found is held here by counts, never by seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import wire


def test_a_tiny_table_is_measured_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))
    written = tmp_path / "table.json"
    arguments = ["bench", "--rows", "30", "--only", "recording,first-sync,bytes", "--json", str(written)]
    monkeypatch.setattr("sys.argv", arguments)

    bench.main()  # seconds may miss their targets on a busy machine

    told = capsys.readouterr().out
    assert [line["what"] for line in json.loads(written.read_text())] == [
        "act recorded offline, 30",
        "first sync of 80 reports",  # 50 of them are those that the city keeps moving
        "bytes sent for a report, 30 in a batch",
        "bytes sent for a status change, 30 in a batch",
    ]
    assert "first sync of 80 reports" in told
    assert "≥ 0.25" in told


def test_a_name_that_no_row_has_is_told_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--only", "warp"])

    with pytest.raises(SystemExit) as ended:
        bench.main()

    assert ended.value.code == 2
    assert "unknown: warp; known: start" in capsys.readouterr().err


def test_few_bytes_go_over_the_line() -> None:
    lines = list(wire.bytes_sent(100))

    assert [(line.what, line.holds) for line in lines] == [
        ("bytes sent for a report, 100 in a batch", True),
        ("bytes sent for a status change, 100 in a batch", True),
    ]
