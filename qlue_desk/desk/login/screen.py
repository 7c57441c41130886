"""Enrolment (once for an installation) and sign-in (each person, also without a network)."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from qlue_desk.desk.backend import aside
from qlue_desk.desk.later import beside, sentence_of
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.widgets.safe_input import SafeInput
from qlue_desk.sync import signing_in, tokens
from qlue_desk.words import _


class LoginScreen(Screen[None]):
    """Asks for server and code where there is no token yet, then for the person."""

    CSS_PATH = "login.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.quit", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    class SignedIn(Message):
        """Somebody is signed in: the desk can open."""

    def __init__(self, home: Path, *, server_url: str = "", person: str = "") -> None:
        super().__init__()
        self.home = home
        self.server_url = server_url
        self.person = person
        self.enrolled = bool(tokens.read_token(home))
        self.busy = False

    def compose(self) -> ComposeResult:
        """One box in the middle."""
        with Vertical(id="box") as box:
            box.border_title = Content("qlue desk")
            yield Static(Content.styled(_("Hubungkan meja ini ke pusat kota Anda."), "bold"), classes="enrol")
            yield from _field(
                _("Alamat pusat"),
                SafeInput(value=self.server_url, placeholder="https://pusat.kota.go.id", id="url"),
                "enrol",
            )
            yield from _field(
                _("Kode sekali pakai"),
                SafeInput(placeholder=_("dari admin kota, berlaku 10 menit"), id="code"),
                "enrol",
            )
            yield from _field(_("Nama meja"), SafeInput(value=safe(platform.node()), id="desk-name"), "enrol")
            yield Static(Content.styled(_("Masuk"), "bold"), classes="person")
            yield from _field(_("Nama pengguna"), SafeInput(value=self.person, id="user"), "person")
            yield from _field(_("Kata sandi"), SafeInput(password=True, id="password"), "person")
            yield Static(id="said")
            yield Static(Content(_("enter lanjut   tab isian berikut   esc keluar")), id="login-keys")

    def on_mount(self) -> None:
        """Show the step that is due."""
        self._show_step()

    def _show_step(self) -> None:
        self.set_class(self.enrolled, "-enrolled")
        first = "#user" if self.enrolled else "#url"
        if self.enrolled and self.person:
            first = "#password"
        self.query_one(first).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: go on, or run the step from its last field."""
        event.stop()
        last = "password" if self.enrolled else "desk-name"
        if event.input.id != last and not self._whole():
            self.focus_next()
            return
        if not self.busy:
            beside(self, self._run, "login", newest=True)

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def _whole(self) -> bool:
        names = ("user", "password") if self.enrolled else ("url", "code", "desk-name")
        return all(self._text(name).strip() for name in names)

    async def _run(self) -> None:
        if not self._whole():
            self._say(_("Isi semua baris dulu."), wrong=True)
            return
        self.busy = True
        self._say(_("Menghubungi pusat…"))
        try:
            if self.enrolled:
                await aside(signing_in.sign_in, self.home, self._text("user"), self._text("password"))
                self._say("")
                self.post_message(self.SignedIn())
            else:
                await aside(
                    signing_in.enrol,
                    self._text("url").strip(),
                    self._text("code"),
                    self._text("desk-name"),
                    self.home,
                )
                self.enrolled = True
                self._say(_("Meja ini terhubung. Sekarang masuk dengan nama Anda."))
                self._show_step()
        except Exception as error:  # every failure is one clear sentence; the fields stay as they are
            self._say(sentence_of(error), wrong=True)
        finally:
            self.busy = False

    def _say(self, sentence: str, *, wrong: bool = False) -> None:
        style = "bold $status-red" if wrong else "$status-green"
        self.query_one("#said", Static).update(Content.styled(safe(sentence), style))


def _field(label: str, field: Input, part: str) -> ComposeResult:
    with Horizontal(classes=f"field {part}"):
        yield Static(Content(label), classes="label")
        yield field
