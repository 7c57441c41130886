"""A person's own views in config.toml: saved, renamed, put in order and taken back from the desk itself.

The file is the person's: comments and order stay, it is never written half, and its last versions are
kept beside it (`config.toml.1` is the newest).
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qlue_desk import settings
from qlue_desk.casework.errors import refused
from qlue_desk.domain.moves import N_
from qlue_desk.domain.query import QueryError
from qlue_desk.domain.text import clean
from qlue_desk.settings import Settings, SettingsError
from qlue_desk.settings_check import key_lines
from qlue_desk.store.versions import VersionedFile

if TYPE_CHECKING:
    from qlue_desk.casework.workplace import Workplace

KEPT = 5
"""Former versions of the file."""
LONGEST_NAME = 40
LONGEST_QUERY = 2000
HIDDEN = ""
"""Query of a role's view that the person does not want to see."""


class ViewFile:
    """`[views]` and `ui.view_order` of one file; what is asked for is what the file says now."""

    def __init__(self, path: Path, known: Settings | None = None) -> None:
        """`known`: what was read from it already."""
        self.path = Path(os.path.realpath(path)) if path.is_symlink() else path
        self._file = VersionedFile(self.path, KEPT)
        found = known or Settings()
        self.views: dict[str, str] = dict(found.views)
        self.order: list[str] = list(found.ui.view_order)

    def save(self, name: str, query: str, shown: Sequence[str] = ()) -> str:
        """Keep a query under a name, in the place of one that has it; returns the name as it is kept.

        `shown`: names of the views as they stand; one of the role that was hidden comes back behind them, not
        between.

        :raises Refused: for a name or a query that cannot be one.
        """
        kept = _name(name)
        _check_query(query)

        def change(views: Any, order: list[str]) -> list[str]:
            key = _key(views, kept) or kept
            was_hidden = views.get(key) == HIDDEN
            views[key] = query
            return [*shown, kept] if was_hidden else order

        self._edit(change)
        return kept

    def rename(
        self, name: str, to: str, query: str, taken: Sequence[str] = (), shown: Sequence[str] = ()
    ) -> str:
        """Give a view another name; a role's view of the old name is hidden then.

        `taken`: names of the role's views, which an own one would take the place of. `shown`: names of the views as
        they stand: where no order is kept yet, that one is, for an own view would come behind those of the role.

        :raises Refused: for a name that cannot be one or is taken.
        """
        kept = _name(to)
        _check_query(query)

        def change(views: Any, order: list[str]) -> list[str]:
            if any(kept.casefold() == each.casefold() != name.casefold() for each in (*views, *taken)):
                raise refused(N_("Tampilan “{name}” sudah ada."), "name", name=kept)
            own = _key(views, name)
            if own is not None:
                del views[own]
            elif name.casefold() != kept.casefold():
                views[name] = HIDDEN
            views[kept] = query
            known = any(each.casefold() == name.casefold() for each in order)
            before = order if known else shown
            return [kept if each.casefold() == name.casefold() else each for each in before]

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
        with self._file.alone():
            done = self._file.take_back(_check)
            if done:
                self._take(settings.read(self.path))
        return done

    def problems(self, workplace: Workplace, translate: Callable[[str], str] = str) -> dict[str, str]:
        """Views whose query cannot be read: name to a sentence with file, line and what is wrong."""
        found: dict[str, str] = {}
        for name, query in self.views.items():
            try:
                workplace.query(query)
            except QueryError as error:
                try:
                    line = key_lines(self.path.read_text("utf-8-sig")).get(("views", name), 1)
                except (OSError, UnicodeDecodeError):
                    line = 1
                found[name] = (
                    f"{self.path}:{line}: {clean(name, multiline=False)}: {error.sentence(translate)}"
                )
        return found

    def _edit(self, change: Callable[[Any, list[str]], list[str]]) -> None:
        """Change the file as it is now; what cannot be read afterwards is not written.

        :raises SettingsError: when somebody has broken the file meanwhile.
        :raises StoreError: when it cannot be read or written.
        """
        import tomlkit

        with self._file.alone():
            there = self._file.read()
            text = _first_text(self.views, self.order) if there is None else _decoded(there, self.path)
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
            if written != text or there is None:
                self._file.write(_encoded(written, there or b""))
            self._take(found)

    def _take(self, found: Settings) -> None:
        self.views, self.order = dict(found.views), list(found.ui.view_order)


def _decoded(content: bytes, path: Path) -> str:
    """The text with line ends as Python has them, without the mark that some editors put before it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(N_("{file}: bukan teks UTF-8."), file=str(path)) from error
    return text.replace("\r\n", "\n")


def _encoded(text: str, before: bytes) -> bytes:
    """The text with the line ends, and the mark, of what stood there before."""
    if before.count(b"\r\n") * 2 > before.count(b"\n"):
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if before.startswith(codecs.BOM_UTF8) else "utf-8")


def _check(content: bytes, path: Path) -> None:
    """A version that cannot be read must not come back."""
    settings.read_text(_decoded(content, path), path)


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


def _check_query(written: str) -> None:
    if len(written) > LONGEST_QUERY:
        raise refused(N_("Baris pencarian paling panjang {limit} huruf."), "query", limit=str(LONGEST_QUERY))
    if any("\ud800" <= each <= "\udfff" for each in written):
        raise refused(N_("Baris pencarian memuat huruf yang tidak utuh; ketik ulang."), "query")


def _key(views: Any, name: str) -> str | None:
    """The key under which a view of that name stands, however it is capitalised."""
    return next((str(key) for key in views if str(key).casefold() == name.casefold()), None)
