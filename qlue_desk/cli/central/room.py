"""What every `central` command shares: where the data are, which city is meant."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qlue_desk.cli.exits import Usage
from qlue_desk.cli.lazy import option
from qlue_desk.cli.shell import Shell
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.central.hub import Hub

LOGGER = "qlue_desk"

F = TypeVar("F", bound=Callable[..., Any])


def named_path(text: str) -> Path:
    """A path that was really given: '' would be the folder where one happens to stand.

    :raises Usage: when it is empty.
    """
    if not text.strip():
        raise Usage(_("Nama berkas atau folder kosong; sebutkan, atau tinggalkan pilihannya."))
    return Path(text)


def data_options(function: F) -> F:
    """`--data` and `--database`."""
    with_database = option(
        "--database", metavar="URL", help=N_("postgresql://…; tanpa ini SQLite di folder data")
    )(function)
    return option(
        "--data", type=named_path, metavar="DIR", help=N_("folder data pusat (QLUE_DESK_HOME/central)")
    )(with_database)


def data_folder(shell: Shell, data: Path | None) -> Path:
    """Where this central lives."""
    return data or shell.home / "central"


def database_url(shell: Shell, database: str | None) -> str | None:
    """Of the option, else of the settings; None is SQLite in the data folder.

    :raises Usage: when it is no address of PostgreSQL.
    """
    given = shell.settings.central.database or None if database is None else database
    if given is None or given.startswith(("postgresql://", "postgres://")):
        return given
    # Not the whole address: it may hold a password.
    kind = clean(given.partition(":")[0], multiline=False, limit=20)
    raise Usage(
        _("Basis data “{kind}” tidak dikenal; pakai postgresql://…, atau tanpa --database: SQLite di folder data.")
        .format(kind=kind)
    )  # fmt: skip


def hide_log() -> None:
    """Keep the server's log off the terminal: a command says itself, in the reader's language, what happened."""
    ours = logging.getLogger(LOGGER)
    if not ours.handlers:
        ours.addHandler(logging.NullHandler())


@contextmanager
def shown_log() -> Iterator[None]:
    """The server's log on standard error, while it serves."""
    ours, shown = logging.getLogger(LOGGER), logging.StreamHandler()
    ours.addHandler(shown)
    try:
        yield
    finally:
        ours.removeHandler(shown)


@contextmanager
def opened(shell: Shell, data: Path | None, database: str | None) -> Iterator[Hub]:
    """The central, opened and closed again."""
    from qlue_desk.central.hub import Hub, database_problem, is_of_database

    hide_log()
    hub = Hub.open(data_folder(shell, data), database_url=database_url(shell, database))
    try:
        hub.configure(shell.settings.central)
        yield hub
    except Exception as error:
        if not is_of_database(error):
            raise
        raise database_problem(hub.database, error) from error
    finally:
        hub.close()


def city_of(hub: Hub, named: str | None) -> str:
    """The city that is meant: the one named, else the only one.

    :raises Usage: when there are several or none.
    """
    if named:
        return hub.city(named).key
    keys = [city.key for city in hub.cities()]
    if len(keys) == 1:
        return keys[0]
    if not keys:
        raise Usage(_("Belum ada kota; tambah dulu: qlue-desk central city add bogor."))
    raise Usage(_("Sebutkan kotanya dengan --city: {known}.").format(known=", ".join(keys)))
