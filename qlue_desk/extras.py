"""What to give pip where a package is missing that is installed by choice: what this program itself came from."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit


def requirement(extra: str) -> str:
    """`'/srv/qlue_desk[serve]'` where pip was given a folder (PEP 610) or a checkout runs, else `'qlue-desk[serve]'`."""
    folder = _told_to_pip() or Path(__file__).parents[1]
    name = str(folder) if (folder / "pyproject.toml").is_file() else "qlue-desk"
    return f"'{name}[{extra}]'"


def _told_to_pip() -> Path | None:
    try:
        told = importlib.metadata.distribution("qlue-desk").read_text("direct_url.json")
        url = urlsplit(json.loads(told)["url"]) if told else None
    except (importlib.metadata.PackageNotFoundError, ValueError, KeyError):
        return None
    return Path(unquote(url.path)) if url is not None and url.scheme == "file" else None
