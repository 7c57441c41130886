"""Where errors that nobody foresaw are written: a file in the data folder, never the terminal."""

from __future__ import annotations

import datetime as dt
import os
import traceback
from pathlib import Path

DEBUG_VARIABLE = "QLUE_DESK_DEBUG"
LOG_FILE = "error.log"
LOG_BYTES = 512_000


def debugging() -> bool:
    """Whether tracebacks may be shown on the terminal."""
    return os.environ.get(DEBUG_VARIABLE) == "1"


def write(home: Path, error: BaseException) -> Path | None:
    """Append the traceback to the log of a data folder; None where that cannot be written."""
    return write_text(home, "".join(traceback.format_exception(error)))


def write_text(home: Path, text: str) -> Path | None:
    """The same with the last words of a process that is gone."""
    path = home / LOG_FILE
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"--- {dt.datetime.now(dt.UTC).isoformat()}\n{text}")
    except OSError:
        return None
    return path
