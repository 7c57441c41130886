"""What central says of an open desk: city, people and roles, and whether it may still show its reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qlue_desk.casework import lease
from qlue_desk.desk.backend import Backend
from qlue_desk.desk.later import beside, later, say
from qlue_desk.desk.locked import LockedScreen
from qlue_desk.domain.complaint import ROLE_LABEL, Actor, Role
from qlue_desk.store.errors import StoreError
from qlue_desk.words import _

if TYPE_CHECKING:
    from qlue_desk.desk.app import QlueDesk

LEASE_SECONDS = 60
"""How often an open desk looks whether it may still show its reports."""


class SessionWatch:
    """Takes over a new session, and locks the desk where central was not heard for too long."""

    def __init__(self, app: QlueDesk, backend: Backend) -> None:
        self.app = app
        self.backend = backend
        self._looking = False
        self._look_again = False

    def begin(self) -> None:
        """Look at the lease now and from time to time."""
        self._check_lease()
        self.app.set_interval(LEASE_SECONDS, self._check_lease)

    def changed(self) -> None:
        """A commit: it may be a new session, or central was heard again."""
        self._look()
        if any(isinstance(screen, LockedScreen) for screen in self.app.screen_stack):
            self._check_lease()

    def _look(self) -> None:
        """Sync keeps a new session by a commit like any other; commits meanwhile are looked at once more."""
        places = self.app.drawn_places()
        self._look_again = self._looking
        if places and not self._looking:
            self._looking = True
            later(places[0], self._take_over())

    async def _take_over(self) -> None:
        before = self.backend.actor
        try:
            changed = await self.backend.read(self.backend.workplace.reload)
        finally:
            self._looking = False
        if changed:
            for screen in self.app.drawn_places():
                screen.session_changed()
            self._say_who(before)
        if self._look_again:
            self._look()

    def _say_who(self, before: Actor) -> None:
        """A person must not work on in another one's name or with other rights without knowing it."""
        actor = self.backend.actor
        if actor.id != before.id:
            say(self.app.screen, _("Sekarang masuk sebagai {name}.").format(name=actor.name))
        elif actor.roles != before.roles:
            roles = ", ".join(_(ROLE_LABEL[role]) for role in Role if role in actor.roles)
            say(self.app.screen, _("Tugas Anda diubah oleh pusat: {roles}.").format(roles=roles))
        else:
            say(self.app.screen, _("Data kota diperbarui dari pusat."))

    def _check_lease(self) -> None:
        beside(self.app, self._lock_or_open, "lease", newest=True)

    async def _lock_or_open(self) -> None:
        """Close the screens when central was not heard for too long; open them when it is heard again."""
        try:
            since = await self.backend.read(lease.locked_since, self.backend.workplace, self.backend.now())
        except StoreError:
            return  # the desk is closing
        if isinstance(self.app.screen, LockedScreen):
            if since is None:
                self.app.pop_screen()
        elif since is not None:
            await self.app.push_screen(LockedScreen(since, self.backend.zone))
