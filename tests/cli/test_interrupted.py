"""Ctrl+c at any moment of a command: no traceback, from the first import on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PROGRAM = """
import os, signal, sys

class AtImport:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            del sys.argv[1]
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, AtImport())
from qlue_desk.__main__ import main
main()
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def interrupted(tmp_path: Path, module: str, *, deaf: bool = False) -> subprocess.CompletedProcess[str]:
    """`--version` that gets ctrl+c when it begins to load this module."""

    def stop_hearing() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN if deaf else signal.SIG_DFL)

    return subprocess.run(
        [sys.executable, "-c", PROGRAM, module, "--version"],
        cwd=tmp_path,
        env=os.environ | {"QLUE_DESK_HOME": str(tmp_path / "home"), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=stop_hearing,
    )


def test_before_the_shell_is_there(tmp_path: Path) -> None:
    ran = interrupted(tmp_path, "qlue_desk.cli.running")
    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGINT, "", "")


def test_once_it_is_there_it_is_told(tmp_path: Path) -> None:
    ran = interrupted(tmp_path, "qlue_desk.cli.table")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", "Dihentikan.\n")


def test_who_was_told_to_ignore_it_does(tmp_path: Path) -> None:
    ran = interrupted(tmp_path, "qlue_desk.cli.running", deaf=True)
    assert (ran.returncode, ran.stdout[:10], ran.stderr) == (0, "qlue-desk ", "")
