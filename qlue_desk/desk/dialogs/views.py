"""The saved views: rename, put in order, delete, and take the last change of the file back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qlue_desk.casework.views import digit_of
from qlue_desk.desk.backend import Backend, aside
from qlue_desk.desk.dialogs.base import AskDialog
from qlue_desk.desk.dialogs.listed import Listed
from qlue_desk.desk.later import by_key, sentence_of
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.words import _

NAME_WIDTH = 26


class ViewsDialog(Listed[str]):
    """Answers the name of the view to open, None when there was only something to put right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J,shift+down", "move(1)", show=False),
        Binding("K,shift+up", "move(-1)", show=False),
        Binding("r", "rename", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("u", "take_back", show=False),
    ]

    def __init__(self, backend: Backend, shown: str = "") -> None:
        """`shown`: name of the view that is open, on which the cursor begins."""
        super().__init__()
        self._shown = shown
        self.backend = backend
        self.rows = backend.views.rows()
        self.title_text = _("Atur tampilan")
        self.keys_text = _("enter buka   r ganti nama   J K pindah   d hapus   u batalkan   esc tutup")

    def body(self) -> ComposeResult:
        """The views with their keys, and where they are kept."""
        yield OptionList(id="view-rows")
        path = safe(str(self.backend.views.file.path))
        yield Static(Content.styled(_("disimpan di {path}").format(path=path), "$text-muted"))

    def on_mount(self) -> None:
        """Show them."""
        names = [view.name for view in self.rows]
        self._draw(names.index(self._shown) if self._shown in names else 0)

    def _draw(self, place: int) -> None:
        self.rows = self.backend.views.rows()
        problems = self.backend.views.problems()
        options = self.query_one("#view-rows", OptionList)
        options.set_options(
            [
                Option(
                    Content.assemble(
                        (f"{digit_of(number) or ' '} ", "bold $accent"),
                        (fit(safe(_(view.name)), NAME_WIDTH), "" if view.own else "$text-muted"),
                        (
                            " " + safe(view.query if view.own else self.backend.spelled(view.query)),
                            "$status-red" if view.name in problems else "$text-muted",
                        ),
                    )
                )
                for number, view in enumerate(self.rows)
            ]
        )
        options.highlighted = max(0, min(place, len(self.rows) - 1))
        options.focus()
        if problems:
            self.wrong(next(iter(problems.values())))

    @property
    def _place(self) -> int:
        return self.query_one("#view-rows", OptionList).highlighted or 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens it."""
        self.dismiss(self.rows[event.option_index].name)

    def action_move(self, step: int) -> None:
        """Shift with j or k."""
        place, to = self._place, self._place + step
        if 0 <= to < len(self.rows):
            names = [view.name for view in self.rows]
            names[place], names[to] = names[to], names[place]
            self._change(to, self.backend.views.file.put_in_order, names)

    def action_remove(self) -> None:
        """D: an own view goes, one of the role is hidden; u brings it back."""
        view = self.rows[self._place]
        if len(self.rows) == 1:
            self.wrong(_("Satu tampilan harus tinggal."))
            return
        self._change(self._place, self._delete, view.name)

    def _delete(self, name: str) -> None:
        of_role = any(each.name.casefold() == name.casefold() for each in self.backend.views.of_role())
        self.backend.views.file.delete(name, of_role=of_role)

    def action_rename(self) -> None:
        """R."""
        by_key(self, self._rename(), group="rename")

    async def _rename(self) -> None:
        place, view = self._place, self.rows[self._place]
        title = _("Nama baru untuk “{name}”").format(name=_(view.name))
        name: str | None = await self.app.push_screen_wait(AskDialog(title, view.query, _(view.name)))
        if name:
            roles = self.backend.views.of_role()
            taken = [name for each in roles for name in (each.name, _(each.name))]
            shown = [each.name for each in self.rows]
            await self._changed(
                place, self.backend.views.file.rename, view.name, name, view.query, taken, shown
            )

    def action_take_back(self) -> None:
        """U."""
        by_key(self, self._take_back(), group="change")

    async def _take_back(self) -> None:
        try:
            done = await aside(self.backend.views.file.take_back)
        except Exception as error:
            self.wrong(sentence_of(error))
            return
        self._draw(self._place)
        self.wrong("" if done else _("Tidak ada versi sebelumnya."))

    def _change(self, place: int, change: Callable[..., Any], *args: Any) -> None:
        by_key(self, self._changed(place, change, *args))

    async def _changed(self, place: int, change: Callable[..., Any], *args: Any) -> None:
        self.wrong("")
        try:
            await aside(change, *args)
        except Exception as error:  # a file that cannot be written: the sentence says which
            self.wrong(sentence_of(error))
            return
        self._draw(place)
