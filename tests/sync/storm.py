"""Real engines in bad weather: `python -m tests.sync.storm --seconds 120 --seed 1`.

Three desks sync in the background, over HTTP through a proxy that loses, cuts, damages, doubles and refuses
requests at random, while people act, reports change hands, and central stops, starts and is put back to an
earlier copy. Then the sun shines, and all must agree. What walks (`tests.sync.walk`) cannot show is here: the
pulling and the sending thread of an engine at the same time.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from qlue_desk.casework.acting import act
from qlue_desk.domain.edges import Verb
from qlue_desk.domain.moves import Fields
from qlue_desk.store.bound import connection
from qlue_desk.sync.backoff import Backoff
from qlue_desk.sync.engine import Engine
from tests.sync import weather
from tests.sync.matrix.place import NOTHING, Place
from tests.sync.rig import Desk
from tests.sync.weather import Exchange, Fault
from tests.waiting import until

REST_SECONDS = 60.0
VERBS = ("note", "note", "note", "acknowledge", "start", "ask")


class Storm:
    """One storm over one place."""

    def __init__(self, place: Place, seed: int, *, restores: bool = True) -> None:
        self.place, self.chance, self.restores = place, random.Random(seed), restores
        self.struck: Counter[str] = Counter()
        self.recorded: dict[str, str] = {}
        """Texts by the id of their action."""
        self.desks = [place.desk(dinas) for dinas in ("dpupr", "dpupr", "dlh")]
        self.reports = [place.central.report(dinas).id for dinas in ("dpupr", "dlh") * 3]
        self.stops = self.put_back = 0

    def blow(self, seconds: float) -> str:
        """Bad weather for so long, then rest; a line of numbers.

        :raises AssertionError: when the desks and central do not agree afterwards.
        """
        self.place.central.backup()
        self.place.weather.always(self._fault)
        for desk in self.desks:
            desk.engine = Engine(desk.store, desk.home, wait_seconds=1, backoff=lambda: Backoff(0.02, 0.2))
            desk.engine.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._something()
            time.sleep(self.chance.uniform(0.0, 0.06))
        self.place.weather.clear()
        rest = time.monotonic()
        for desk in self.desks:
            until(lambda desk=desk: desk.counts().waiting + desk.counts().acked == 0, REST_SECONDS)
        took = time.monotonic() - rest
        for desk in self.desks:
            desk.engine.stop()
            desk.engine = Engine(desk.store, desk.home)
        self._check()
        return (
            f"{len(self.recorded)} actions, {sum(self.struck.values())} faults ({dict(self.struck)}),"
            f" {self.stops} stops, {self.put_back} times put back; at rest after {took:.1f} s"
        )

    def _fault(self, exchange: Exchange) -> bytes:
        damaged = weather.flip(self.chance.random(), self.chance.randrange(8))
        # The rows of a snapshot have no hash of their own: only TLS protects them.
        whole = "/v1/pull", "/v1/push"
        faults: list[tuple[int, str, Fault]] = [
            (60, "", Exchange.forward),
            (8, "request lost", weather.lose_request),
            (8, "reply lost", weather.lose_reply),
            (6, "cut", weather.cut_reply),
            (4, "reset", weather.reset_reply),
            (5, "damaged", damaged if exchange.path in whole else weather.cut_reply),
            (5, "doubled", weather.double([])),
            (2, "busy", weather.problem(503, "busy")),
            (2, "failed", weather.problem(500, "internal")),
        ]
        [(_weight, name, fault)] = self.chance.choices(faults, [each[0] for each in faults])
        if name:
            self.struck[name] += 1
        with contextlib.suppress(ConnectionError):  # central is down
            return fault(exchange)
        return b""

    def _something(self) -> None:
        lot = self.chance.random()
        central = self.place.central
        if lot < 0.80:
            self._record(self.chance.choice(self.desks))
        elif lot < 0.90:
            central.move(self.chance.choice(self.reports), Verb.NOTE, Fields(note="pusat"))
        elif lot < 0.965:
            self._reassign(self.chance.choice(self.reports))
        elif lot < 0.985:
            self.stops += 1
            central.pause()
            central.start()
        elif self.restores:
            self.put_back += 1
            central.restore(new_epoch=self.chance.random() < 0.5)

    def _record(self, desk: Desk) -> None:
        ids = desk.store.reading(lambda: [row[0] for row in connection().execute("SELECT id FROM complaint")])
        if not ids:
            return
        text = f"badai {len(self.recorded)}"
        [outcome] = act(
            desk.workplace, [self.chance.choice(ids)], self.chance.choice(VERBS), Fields(note=text)
        )
        if outcome.done:
            self.recorded[outcome.action_id] = text

    def _reassign(self, complaint_id: str) -> None:
        found = self.place.central.hub.records.get(complaint_id)
        if found is not None:
            to = "dlh" if found.dinas == "dpupr" else "dpupr"
            fields = Fields(to=to, note="ke dinas yang berwenang")
            verifier = self.place.central.people["dewi"]
            self.place.central.hub.register.system(complaint_id, Verb.TRANSFER, fields, verifier)

    def _check(self) -> None:
        self.place.heal(*self.desks)
        shown = Counter(
            text for complaint_id in self.reports for text in self.place.central.texts(complaint_id)
        )
        states: dict[str, str] = {}
        for desk in self.desks:
            assert desk.counts() == NOTHING.__class__(refused=len(desk.tray()))
            states.update(
                desk.store.reading(
                    lambda: dict(connection().execute("SELECT id, state FROM action").fetchall())
                )
            )
        assert set(self.recorded) <= set(states), "a recorded action is gone"
        for action_id, text in self.recorded.items():
            expected = {"confirmed": 1, "refused": 0}[states[action_id]]
            assert shown[text] == expected, f"“{text}” is {states[action_id]} and stands {shown[text]} times"


def main() -> int:
    """One long storm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        Place.make(Path(folder), patch) as place,
    ):
        print(Storm(place, asked.seed).blow(asked.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
