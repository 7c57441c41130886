"""What of this desk's work is at central: bytes of files, and actions of a day. Read only, on a store's thread."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from qlue_desk.store.bound import connection


def bytes_sent(names: Iterable[str]) -> dict[str, int]:
    """Of each of these files (SHA-256) that this desk holds: how many bytes central has."""
    rows = connection().execute(
        "SELECT sha256, CASE done WHEN 1 THEN size ELSE sent END FROM blob"
        " WHERE sha256 IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    )
    return dict(rows.fetchall())


def accepted_since(moment: dt.datetime) -> int:
    """How many own actions central has accepted since an aware moment."""
    row = (
        connection()
        .execute(
            "SELECT count(*) FROM action WHERE state IN ('acked', 'confirmed') AND settled_at >= ?",
            (int(moment.timestamp()),),
        )
        .fetchone()
    )
    return int(row[0])
