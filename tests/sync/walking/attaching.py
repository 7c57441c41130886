"""Attachments in walks: files that are cut, lost, over quota or gone, and what must hold of them."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import msgspec

from qlue_desk.casework.acting import act
from qlue_desk.central.blobs import Blobs, DigestMismatch, OffsetMismatch, OverQuota
from qlue_desk.domain.moves import Fields
from qlue_desk.protocol import Problem
from qlue_desk.store import blobs
from qlue_desk.sync.blobs import upload_waiting
from qlue_desk.sync.errors import BlobProblem, Offline
from tests.sync.rig import next_moment
from tests.sync.walking.steps import Step
from tests.sync.walking.world import WalkDesk, World

JPEG = b"\xff\xd8\xff"
SHARE_OF_WALKS = 0.3
NAMES = ("attach", "attach", "upload", "upload", "quota", "file_gone")


def with_attachments(seed: int, steps: list[Step]) -> list[Step]:
    """The steps of a seed with those of attachments strewn in; the others stay what they were."""
    chance = random.Random(f"attachments {seed}")
    if chance.random() >= SHARE_OF_WALKS:
        return steps
    steps = list(steps)
    for number in range(max(4, len(steps) // 4)):
        numbers = (chance.randrange(1000), chance.randrange(1000), chance.randrange(1000))
        flags = tuple(chance.random() < 0.25 for _ in range(5))
        step = Step(chance.choice(NAMES), numbers, flags, f"{seed}.{number}")
        steps.insert(chance.randrange(len(steps) + 1), step)
    return steps


def attach(world: World, desk: WalkDesk, step: Step, _flags: Any) -> None:
    """Somebody records a photo."""
    ids = desk.ids()
    if not ids:
        return
    path = world.folder / f"photo{step.numbers[1]}.{step.numbers[2]}.jpg"
    path.write_bytes(JPEG + f"{desk.name} {step.word} {step.numbers}".encode())
    chosen = ids[step.numbers[1] % len(ids)]
    [outcome] = act(desk.workplace, [chosen], "attach", Fields(), evidence=[path], now=next_moment())
    if outcome.done:
        desk.recorded[outcome.action_id] = "attach"
        world.attached = True


def upload(_world: World, desk: WalkDesk, _step: Step, flags: Any) -> None:
    """Files leave; the line may break in the middle of one."""
    desk.faulty(lose=flags[0])
    try:
        upload_waiting(desk.link)
    except Offline:
        return
    finally:
        desk.faulty()


def quota(world: World, _desk: WalkDesk, step: Step, _flags: Any) -> None:
    """Central takes no more files, or takes them again."""
    world.quota = 1 if step.numbers[1] % 2 else None


def file_gone(_world: World, desk: WalkDesk, step: Step, _flags: Any) -> None:
    """Somebody deletes a kept file from the disk of the desk."""
    names = desk.ask("SELECT sha256 FROM blob ORDER BY sha256")
    if names and step.numbers[2] % 2:
        blobs.path_of(desk.home, names[step.numbers[1] % len(names)][0]).unlink(missing_ok=True)


def blob_state(store: Blobs, path: str) -> int:
    """What a HEAD says."""
    known = store.state(path.rpartition("/")[2])
    return known.received if known else 0


def take_part(store: Blobs, path: str, content: bytes, params: dict[str, Any], desk_id: str) -> bytes:
    """What a PUT does, with the problems that the wire has for it."""
    try:
        done = store.write(path.rpartition("/")[2], params["offset"], params["size"], content, desk_id)
    except OverQuota as error:
        raise BlobProblem(Problem("urn:qlue:quota", 507, str(error))) from error
    except OffsetMismatch as error:
        problem = Problem("urn:qlue:offset_mismatch", 409, "", received=error.received)
        raise BlobProblem(problem) from error
    except DigestMismatch as error:
        raise BlobProblem(Problem("urn:qlue:digest_mismatch", 422, "")) from error
    return msgspec.json.encode(done)


def files_before_actions(world: World) -> None:
    """What a report at central shows is there, whole and what it says (invariant 2, for files)."""
    if not world.attached:
        return
    store = world.hub.blobs
    for body in world.server_rows().values():
        for shown in msgspec.json.decode(body).get("attachments", ()):
            sha256 = shown["sha256"]
            assert store.known(sha256) is not None, "invariant 2: shown before its file had arrived"
            assert hashlib.sha256(store.read(sha256)).hexdigest() == sha256, (
                "invariant 2: a file is not what was sent"
            )
