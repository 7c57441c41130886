"""`python -m tests.bench`: the whole table, each row beside its floor. `--rows 10000` for a quick look."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import desk, growth, keys, pushing, store, syncing, wire
from tests.bench.table import LeftOut, Line, as_json, shown

Measure = Callable[[int], Iterable[Line]]
_SOME = 100_000
"""Reports where the target names so many; fewer with a smaller `--rows`."""
MEASURES: dict[str, Measure] = {
    "start": lambda most: desk.start(sorted({min(_SOME, most), most})),
    "neomutt": lambda most: desk.mails(min(_SOME, most)),
    "datatable": lambda most: desk.data_table(min(_SOME, most)),
    "keys": keys.keys,
    "keys-syncing": keys.keys_while_syncing,
    "thin-line": keys.thin_line,
    "query": desk.query,
    "summary": desk.summary,
    "memory": desk.memory,
    "recording": lambda most: store.recording(min(_SOME, most)),
    "first-sync": lambda most: syncing.first_sync(min(_SOME, most)),
    "pouchdb": lambda most: syncing.first_sync_of_pouchdb(min(_SOME, most)),
    "bytes": lambda most: wire.bytes_sent(min(200, most)),
    "visible": lambda most: wire.visible(min(200, most)),
    "pushes": lambda most: pushing.pushes(min(100, most)),
    "commands": lambda most: store.commands(min(_SOME, most)),
    "growth": lambda most: growth.growth(most, min(_SOME, most)),
}


def main() -> int:
    """Print the table; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="reports on the largest desk")
    parser.add_argument("--only", default="", help="names, separated by commas: " + ", ".join(MEASURES))
    parser.add_argument("--json", type=Path, help="write the lines there too")
    asked = parser.parse_args()
    chosen = [name for name in asked.only.split(",") if name] or list(MEASURES)
    if unknown := [name for name in chosen if name not in MEASURES]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(MEASURES)}")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the first row", flush=True)
    lines: list[Line] = []
    for name in chosen:
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            lines.extend(MEASURES[name](asked.rows))
        except LeftOut as reason:
            print(f"{name} left out: {reason}")
        except Exception:  # one row that fails must not cost the others
            traceback.print_exc()
    print(shown(lines))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(lines), indent=1))
    return int(any(line.holds is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
