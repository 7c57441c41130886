"""PouchDB pulling the same documents over HTTP from a process of its own, as the desk does from central."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.bench import home
from tests.bench.table import LeftOut
from tests.desk_world import DeskWorld

_SCRIPT = Path(__file__).with_name("pouchdb.js")
_PACKAGE = "pouchdb@9.0.0"


def pulling(count: int) -> float:
    """Milliseconds of its first copy of so many reports with their history, into LevelDB, without encryption.

    :raises LeftOut: without Node, or when the package can't be had.
    """
    environ = {**os.environ, "NODE_PATH": str(_kept_package() / "node_modules")}
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder) / "documents"
        _write(documents, count)
        with _serving(documents) as address:
            command = ["node", str(_SCRIPT), "pull", address, str(Path(folder) / "copy")]
            done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    assert (told["docs"], told["faults"]) == (count, []), told
    return float(told["milliseconds"])


def _kept_package() -> Path:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise LeftOut("PouchDB needs Node and npm")
    kept = home.cache() / _PACKAGE
    if not kept.exists():
        part = kept.with_suffix(".part")
        part.mkdir(exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(part), _PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LeftOut(f"npm could not install {_PACKAGE}: {done.stderr.strip()[-300:]}")
        part.rename(kept)
    return kept


def _write(path: Path, count: int) -> None:
    """What a pull of ours carries of each report, as one document."""
    with tempfile.TemporaryDirectory() as folder, path.open("wb") as documents:
        world = DeskWorld.make(Path(folder))
        for complaint, history in home.reports(world, count, oldest_days=80):
            document = {"_id": complaint.id, "complaint": complaint, "history": history}
            documents.write(msgspec.json.encode(document) + b"\n")
        world.close()


@contextmanager
def _serving(documents: Path) -> Iterator[str]:
    command = ["node", str(_SCRIPT), "serve", str(documents)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
