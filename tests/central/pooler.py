"""PgBouncer in transaction mode before a PostgreSQL that a test has started, with fewer sessions than clients."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

from tests.waiting import until

SESSIONS = 4
"""Of the eight writers and twenty-one readers of the load half must always wait."""
ROLES = ("postgres", "qlue")
MISSING = "PgBouncer is not installed: apt-get install pgbouncer (Debian), brew install pgbouncer (macOS)."
_PORT = 6432
_SETTINGS = """\
[databases]
* = host={server}
[pgbouncer]
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 500
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/roles
logfile = {folder}/pgbouncer.log
"""


def program() -> str | None:
    """Where PgBouncer is; Debian puts it beside what only root runs."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


def version() -> str:
    """As it says itself."""
    done = subprocess.run([str(program()), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[0]


@contextmanager
def pooler(server: Path, sessions: int = SESSIONS) -> Iterator[Path]:
    """Runs for the time of the block before the server whose socket lies in `server`; its own socket's folder.

    :raises FileNotFoundError: with the sentence how to get it, when it is not installed.
    """
    found = program()
    if found is None:
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="qpb"))  # short, for the name of a socket is
    text = _SETTINGS.format(server=server, sessions=sessions, port=_PORT, folder=folder)
    (folder / "settings.ini").write_text(text)
    (folder / "roles").write_text("".join(f'"{role}" ""\n' for role in ROLES))
    user = server.owner() if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        for path in (folder, folder / "settings.ini", folder / "roles"):
            shutil.chown(path, user)
    process = subprocess.Popen(
        [found, "-q", str(folder / "settings.ini")], user=user, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        until(lambda: (folder / f".s.PGSQL.{_PORT}").exists() or process.poll() is not None)
        assert process.poll() is None, (folder / "pgbouncer.log").read_text()[-2000:]
        yield folder
    finally:
        process.kill()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def server_of(url: str) -> Path:
    """The folder of the socket that an address names."""
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def through(url: str, folder: Path) -> str:
    """The same database by way of the pooler."""
    return urlunsplit(urlsplit(url)._replace(query=f"host={folder}&port={_PORT}"))
