"""Keeping a query as a view of one's own; renaming, ordering and deleting views."""

from __future__ import annotations

from qlue_desk.casework.views import digit_of
from qlue_desk.desk import dialogs
from qlue_desk.desk.backend import aside
from qlue_desk.desk.later import by_key, say
from qlue_desk.desk.queue.finding import Finding
from qlue_desk.words import _


def saved_sentence(name: str, digit: str) -> str:
    """Under which key a saved view is now; without one how it is opened and gets one."""
    if digit:
        return _("“{name}” tersimpan; tombolnya {digit}.").format(name=name, digit=digit)
    return _(
        "“{name}” tersimpan, paling bawah di daftar tampilan. Untuk memberinya angka: tekan : lalu “Atur tampilan”."
    ).format(name=name)


class Arranging(Finding):
    """What `S` and “Atur tampilan” do."""

    def action_save_view(self) -> None:
        """Shift+s."""
        by_key(self, self._save_view(), group="dialog", opens=True)

    async def _save_view(self) -> None:
        await self.app.push_screen_wait(
            dialogs.base.AskDialog(
                _("Simpan tampilan"), self.own_words, _("nama tampilan"), use=self._save_under
            )
        )

    async def _save_under(self, name: str) -> bool:
        """False where the built-in view of that name shall stay."""
        given = self.backend.views.displaced_by(name)
        if given is not None:
            question = _(
                "“{name}” adalah tampilan bawaan ({query}). Ganti dengan pencarian ini ({own})?\n"
                "Untuk mengembalikannya: tekan : lalu pilih “Atur tampilan”, dan d pada tampilan itu."
            ).format(name=_(given.name), query=self.backend.spelled(given.query), own=self.own_words)
            if not await self.app.push_screen_wait(
                dialogs.base.ConfirmDialog(_("Ganti tampilan bawaan"), question)
            ):
                return False
            name = given.name
        name = await aside(self.backend.views.save, name, self.own_words)
        self.views_changed(self.backend.views.named())
        self.view = next((place for place, view in enumerate(self.views) if view[0] == name), -1)
        say(self, saved_sentence(name, digit_of(self.view)))
        self.show_query(self.query_text, keep_cursor=True)
        self.show_line()
        return True

    def edit_views(self) -> None:
        """From the palette: rename, order, delete."""
        by_key(self, self._edit_views(), group="dialog", opens=True)

    async def _edit_views(self) -> None:
        shown = self.views[self.view][0] if self.view >= 0 else ""
        chosen: str | None = await self.app.push_screen_wait(dialogs.views.ViewsDialog(self.backend, shown))
        self.views_changed(self.backend.views.named())
        names = [name for name, _query in self.views]
        if chosen in names:
            self._show_view(names.index(chosen))
            return
        if shown and shown not in names:
            self._show_view(0)
        elif shown:
            self.view = names.index(shown)
            self.show_query(self.views[self.view][1], keep_cursor=True)
        else:
            self.show_query(self.query_text, keep_cursor=True)
        self.show_line()
