"""A desk that stays open learns what central changed: the city's names, people, and what a person may do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from msgspec.structs import replace

from qlue_desk.casework.workplace import Workplace
from qlue_desk.desk.queue.screen import DeskScreen
from qlue_desk.desk.widgets.header_line import HeaderLine
from qlue_desk.domain.complaint import Role, Status
from qlue_desk.store import meta
from tests.desk_world import DeskWorld
from tests.sync.rig import Central
from tests.test_story import at_work
from tests.waiting import until_async as until


def test_an_open_desk_takes_over_names_people_and_roles(tmp_path: Path) -> None:
    asyncio.run(_scene(tmp_path))


async def _scene(tmp_path: Path) -> None:
    with Central.make(tmp_path) as central:
        central.report()
        desk = central.desk("dpupr", "rina_dpupr")
        async with at_work(central, desk) as (app, pilot):
            screen = app.screen
            assert isinstance(screen, DeskScreen)
            await until(lambda: screen.current_cells is not None, 8.0)
            await pilot.press("3")
            city = central.hub.city("bogor")
            dinas = tuple(
                replace(each, name="Dinas Jalan") if each.key == "dpupr" else each for each in city.dinas
            )
            first = city.categories[0]
            categories = (replace(first, label="Lubang di jalan"), *city.categories[1:])
            changed = replace(city, dinas=dinas, categories=categories)
            await asyncio.to_thread(central.hub.put_city, changed)
            await until(lambda: screen.query_one(HeaderLine).place.dinas == "Dinas Jalan", 8.0)
            assert screen.view == 2
            await pilot.press("1")
            await until(
                lambda: (
                    screen.current_cells is not None and screen.current_cells.category == "Lubang di jalan"
                )
            )
            accounts = central.hub.accounts
            await asyncio.to_thread(accounts.add_user, "sari", "Sari", "bogor", [Role.OFFICER], "dpupr")
            await until(lambda: "Sari" in [p.name for p in screen.backend.people], 8.0)
            await asyncio.to_thread(accounts._change_account, "rina_dpupr", "roles", "supervisor")
            await until(lambda: screen.query_one(HeaderLine).place.role == "kepala bidang", 8.0)
            await until(lambda: "status:awaiting_verification" in screen.views[0][1])
            assert screen.backend.actor.roles == {Role.SUPERVISOR}


def test_the_roles_of_the_session_count_more_than_those_of_the_sign_in(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    session = world.workplace.session
    people = tuple(
        replace(each, roles=frozenset({Role.SUPERVISOR})) if each.id == "u_rina" else each
        for each in session.people
    )
    world.store.writing(meta.put, meta.SESSION, msgspec.json.encode(replace(session, people=people)))
    assert world.workplace.reload()
    assert world.workplace.actor.roles == {Role.SUPERVISOR}
    assert not world.workplace.reload()
    world.add_many([Status.AWAITING_VERIFICATION])
    world.close()
    again = Workplace.open(tmp_path)
    assert again.actor.roles == {Role.SUPERVISOR}
    again.close()


def test_names_that_arrive_later_are_made_harmless_as_well(tmp_path: Path) -> None:
    world = DeskWorld.make(tmp_path)
    session = world.workplace.session
    people = tuple(replace(each, name="Rina\x1b]52;c;eA==\x07\u202e") for each in session.people)
    world.store.writing(meta.put, meta.SESSION, msgspec.json.encode(replace(session, people=people)))
    assert world.workplace.reload()
    assert not world.workplace.reload()
    for person in world.workplace.people:
        assert not set("\x1b\x07\u202e") & set(person.name)
    world.close()
