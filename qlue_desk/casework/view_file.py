"""A person's own views in config.toml: saved, renamed, put in order and taken back from the desk itself.

The file is the person's: comments and order stay, it is never written half, and its last versions are
kept beside it (`config.toml.1` is the newest).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qlue_desk import settings
from qlue_desk.casework.errors import refused
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query import QueryError
from qlue_desk.domain.text import clean
from qlue_desk.settings import Settings
from qlue_desk.settings_check import key_lines
from qlue_desk.store.disk import write_durably

if TYPE_CHECKING:
    from qlue_desk.casework.workplace import Workplace

KEPT = 5
"""Former versions of the file."""
LONGEST_NAME = 40
HIDDEN = ""
"""Query of a role's view that the person does not want to see."""


class ViewFile:
    """`[views]` and `ui.view_order` of one file; what is asked for is what the file says now."""

    def __init__(self, path: Path, known: Settings | None = None) -> None:
        """`known`: what was read from it already."""
        self.path = path.resolve() if path.is_symlink() else path
        found = known or Settings()
        self.views: dict[str, str] = dict(found.views)
        self.order: list[str] = list(found.ui.view_order)

    def save(self, name: str, query: str) -> str:
        """Keep a query under a name, in the place of one that has it; returns the name as it is kept.

        :raises Refused: for a name that cannot be one.
        """
        kept = _name(name)

        def change(views: Any, order: list[str]) -> list[str]:
            views[_key(views, kept) or kept] = query
            return order

        self._edit(change)
        return kept

    def rename(self, name: str, to: str, query: str) -> str:
        """Give a view another name; a role's view of the old name is hidden then.

        :raises Refused: for a name that cannot be one or is taken.
        """
        kept = _name(to)
        if any(kept.casefold() == each.casefold() != name.casefold() for each in self.views):
            raise refused(N_("Tampilan “{name}” sudah ada."), "name", name=kept)

        def change(views: Any, order: list[str]) -> list[str]:
            own = _key(views, name)
            if own is not None:
                del views[own]
            else:
                views[name] = HIDDEN
            views[kept] = query
            return [kept if each.casefold() == name.casefold() else each for each in order]

        self._edit(change)
        return kept

    def delete(self, name: str, *, of_role: bool) -> None:
        """Take a view away; a role's view (`of_role`) is hidden, or comes back where an own one hid it."""

        def change(views: Any, order: list[str]) -> list[str]:
            own = _key(views, name)
            if own is not None:
                del views[own]
            if of_role and own is None:
                views[name] = HIDDEN
            return [each for each in order if each.casefold() != name.casefold()]

        self._edit(change)

    def put_in_order(self, names: Sequence[str]) -> None:
        """Show the views in this order."""
        self._edit(lambda _views, _order: list(names))

    def take_back(self) -> bool:
        """Bring the version before back; False when none is kept."""
        former = self._former(1)
        if not former.is_file():
            return False
        found = settings.read(former)  # a broken one must not come back
        write_durably(self.path, former.read_bytes())
        for number in range(2, KEPT + 2):
            later = self._former(number)
            if later.is_file():
                os.replace(later, self._former(number - 1))
            else:
                self._former(number - 1).unlink(missing_ok=True)
                break
        self.views, self.order = dict(found.views), list(found.ui.view_order)
        return True

    def problems(self, workplace: Workplace, translate: Callable[[str], str] = str) -> dict[str, str]:
        """Views whose query cannot be read: name to a sentence with file, line and what is wrong."""
        found: dict[str, str] = {}
        for name, query in self.views.items():
            try:
                workplace.query(query)
            except QueryError as error:
                try:
                    line = key_lines(self.path.read_text("utf-8")).get(("views", name), 1)
                except (OSError, UnicodeDecodeError):
                    line = 1
                found[name] = (
                    f"{self.path}:{line}: {clean(name, multiline=False)}: {error.sentence(translate)}"
                )
        return found

    def _former(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _edit(self, change: Callable[[Any, list[str]], list[str]]) -> None:
        """Change the file as it is now; what cannot be read afterwards is not written.

        :raises SettingsError: when somebody has broken the file meanwhile.
        :raises StoreError: when it cannot be written.
        """
        import tomlkit

        there = self.path.is_file()
        text = self.path.read_text("utf-8") if there else _first_text(self.views, self.order)
        now = settings.read_text(text, self.path)
        document: Any = tomlkit.parse(text)
        if "views" not in document:
            document["views"] = tomlkit.table()
        order = change(document["views"], list(now.ui.view_order))
        if order != now.ui.view_order:
            if "ui" not in document:
                document["ui"] = tomlkit.table()
            document["ui"]["view_order"] = order
        written = tomlkit.dumps(document)
        found = settings.read_text(written, self.path)
        if written != text or not there:
            self._write(written)
        self.views, self.order = dict(found.views), list(found.ui.view_order)

    def _write(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        mode = self.path.stat().st_mode & 0o777 if self.path.is_file() else 0o600
        for number in range(KEPT, 1, -1):
            if self._former(number - 1).is_file():
                os.replace(self._former(number - 1), self._former(number))
        if self.path.is_file():
            shutil.copy2(self.path, self._former(1))
        else:
            write_durably(self._former(1), b"")
        write_durably(self.path, text.encode())
        self.path.chmod(mode)


def _first_text(views: dict[str, str], order: list[str]) -> str:
    """A new file that says what was shown without one (the demonstration has its own)."""
    import tomlkit

    document: Any = tomlkit.document()
    if order:
        document["ui"] = {"view_order": order}
    document["views"] = views
    return tomlkit.dumps(document)


def _name(written: str) -> str:
    name = clean(written, multiline=False).strip()
    if not name or len(name) > LONGEST_NAME:
        raise refused(N_("Nama tampilan harus 1 sampai {limit} huruf."), "name", limit=str(LONGEST_NAME))
    return name


def _key(views: Any, name: str) -> str | None:
    """The key under which a view of that name stands, however it is capitalised."""
    return next((str(key) for key in views if str(key).casefold() == name.casefold()), None)
