"""A pipe whose reader has seen enough, streams that are closed, a full disk behind standard output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qlue_desk.domain.complaint import Status
from qlue_desk.store import meta, position
from tests.desk_world import DeskWorld

PROJECT = Path(__file__).parents[2]
COMMANDS = (
    ["--help"],
    ["--version"],
    ["queue", "--help"],
    ["queue"],
    ["queue", "--json"],
    ["show", "1"],
    ["summary"],
    ["summary", "--csv"],
    ["report", "--month", "2026-11"],
    ["handover"],
    ["export", "--format", "csv", "-o", "-"],
    ["export", "--format", "xlsx", "-o", "-"],
    ["outbox"],
    ["whoami"],
    ["doctor"],
    ["act", "1", "--do", "note", "--note", "dicatat walau tidak ada yang membaca"],
    ["central", "city", "list", "--data", "pusat"],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with work, and a central beside it."""
    folder = tmp_path_factory.mktemp("pipes")
    world = DeskWorld.make(folder / "home")
    world.add_many([Status.DISPATCHED] * 30)
    world.store.writing(meta.put, position.CURSOR, "e1:0:x")
    world.close()
    started(folder, ["central", "init", "--data", "pusat"], stdout=subprocess.DEVNULL).wait()
    return folder


def started(
    folder: Path, arguments: list[str], *, stdout: int, stderr: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "qlue_desk", *arguments],
        cwd=folder,
        env=os.environ | {"QLUE_DESK_HOME": str(folder / "home"), "PYTHONPATH": str(PROJECT)},
        stdout=stdout,
        stderr=stderr,
        text=True,
    )


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(folder: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = started(folder, arguments, stdout=writer)
    os.close(writer)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, said) == (1, "")
    assert not (folder / "home" / "error.log").exists()


def test_watching_ends_with_its_reader(folder: Path) -> None:
    """Its lines are written on the engine's thread, whose errors end nothing by themselves."""
    reader, writer = os.pipe()
    os.close(reader)
    process = started(folder, ["sync", "--watch"], stdout=writer)
    os.close(writer)
    try:
        assert process.communicate(timeout=30)[1] == ""
    finally:
        process.kill()
    assert process.returncode == 1


def test_what_failed_before_keeps_its_code(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = started(folder, ["queue", "stat:us", "--json"], stdout=writer)
    os.close(writer)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 2


def test_a_reader_that_leaves_after_the_first_line(folder: Path) -> None:
    process = started(folder, ["summary"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("30 sampai di dinas, belum diterima, tertua ")
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() in (0, 1)


def test_what_goes_to_a_closed_stderr_does_not_stop_the_command(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = started(folder, ["act", "99", "--do", "take"], stdout=subprocess.PIPE, stderr=writer)
    os.close(writer)
    assert process.communicate(timeout=60)[0] == ""
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "arguments",
    [
        ["queue"],
        ["queue", "--json"],
        ["export", "--format", "csv", "-o", "-"],
        ["--help"],
        ["queue", "--help"],
        ["--version"],
    ],
)
def test_a_full_disk_behind_standard_output(folder: Path, arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        process = started(folder, arguments, stdout=full.fileno())
    assert process.communicate(timeout=60)[1] == "Keluaran tidak bisa ditulis: cakram penuh.\n"
    assert process.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize("command", ["queue", "queue --json", "doctor", "act 99 --do take 2>&-"])
def test_streams_that_are_closed_from_the_start(folder: Path, command: str) -> None:
    ran = subprocess.run(
        f"{sys.executable} -m qlue_desk {command} >&-",
        shell=True,
        cwd=folder,
        env=os.environ | {"QLUE_DESK_HOME": str(folder / "home"), "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1 if "99" in command else 0, "")
