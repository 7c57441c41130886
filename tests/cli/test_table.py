"""Every command that is written is one that can be called."""

from __future__ import annotations

import importlib
import pkgutil

import click

import qlue_desk.cli
from qlue_desk.cli.table import main_group


def written() -> set[click.Command]:
    """All commands in the modules of `qlue_desk.cli`, groups left out."""
    found: set[click.Command] = set()
    for module in pkgutil.walk_packages(qlue_desk.cli.__path__, "qlue_desk.cli."):
        if not module.name.endswith("__main__"):
            things = vars(importlib.import_module(module.name)).values()
            found |= {thing for thing in things if isinstance(thing, click.Command)}
    return {command for command in found if not isinstance(command, click.Group)}


def reached(group: click.Group) -> set[click.Command]:
    """All commands that the tables of the groups name."""
    context = click.Context(group)
    found: set[click.Command] = set()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{group.name} names {name}, which is not there"
        found |= reached(command) if isinstance(command, click.Group) else {command}
    return found


def test_every_command_stands_in_a_table_and_every_line_of_a_table_is_a_command() -> None:
    missing = sorted(command.name or "" for command in written() - reached(main_group))
    assert missing == [], "not in COMMANDS (cli/table.py) nor in the table of its group"
    assert len(reached(main_group)) > 30
