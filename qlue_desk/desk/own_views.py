"""The saved views of the person: those of the role, and the own ones of their file."""

from __future__ import annotations

from qlue_desk.casework import views
from qlue_desk.casework.view_file import ViewFile
from qlue_desk.casework.views import View
from qlue_desk.casework.workplace import Workplace
from qlue_desk.words import _


class OwnViews:
    """Asked anew each time: role and file may change. What changes the file is run with `backend.aside`."""

    def __init__(self, workplace: Workplace, file: ViewFile) -> None:
        self.workplace = workplace
        self.file = file

    def rows(self) -> tuple[View, ...]:
        """All of them, in the person's order."""
        return views.views_of(self.workplace.actor, self.file.views, self.file.order)

    def named(self) -> list[tuple[str, str]]:
        """Name and query text of each."""
        return [(view.name, view.query) for view in self.rows()]

    def of_role(self) -> tuple[View, ...]:
        """The views that the person's role starts with."""
        return views.default_views(self.workplace.actor)

    def displaced_by(self, name: str) -> View | None:
        """The role's view that would give way to one saved under that name."""
        return views.displaced_by(name.strip(), self.workplace.actor, self.file.views, _)

    def save(self, name: str, query: str) -> str:
        """Keep a query as a view behind those that are shown; returns its name as it is kept."""
        return self.file.save(name, query, [view.name for view in self.rows()])

    def problems(self) -> dict[str, str]:
        """Own views that cannot be read, each with a sentence that says where and why."""
        return self.file.problems(self.workplace, _)
