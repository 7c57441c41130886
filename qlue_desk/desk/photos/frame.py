"""One photo with its caption; a sentence in its place while it is not here or cannot be shown."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from qlue_desk.desk.photos.opening import CannotShow
from qlue_desk.desk.photos.picture import picture_widget
from qlue_desk.desk.photos.terminal import Way
from qlue_desk.desk.safe_text import safe
from qlue_desk.desk.sights import Sights
from qlue_desk.domain.complaint import Attachment
from qlue_desk.sync.errors import SyncError
from qlue_desk.words import _


class PhotoFrame(Vertical):
    """Heading, caption, picture."""

    def __init__(self, sights: Sights, way: Way) -> None:
        super().__init__()
        self.sights = sights
        self.way = way
        self.attachment: Attachment | None = None
        self.path: Path | None = None
        """The file that is shown, for the system's viewer."""
        self.waiting = False
        """It is not on this desk, and central could not be asked."""
        self._shown: tuple[str, Size] | None = None

    def compose(self) -> ComposeResult:
        """Two lines and the room for the picture."""
        yield Static(classes="side")
        yield Static(classes="caption")
        yield Container(classes="picture")

    def name_it(self, attachment: Attachment | None, side: str, caption: str) -> None:
        """Which photo; its picture follows by `load`."""
        self.attachment, self.path, self.waiting = attachment, None, False
        self._shown = None
        self.display = attachment is not None
        style = "bold $status-green" if attachment is not None and attachment.evidence else "bold $accent"
        self.query_one(".side", Static).update(Content.styled(side, style))
        self.query_one(".caption", Static).update(Content.styled(caption, "$text-muted"))

    async def load(self, *, online: bool) -> None:
        """Show the picture, fetched first where it is not here."""
        attachment = self.attachment
        if attachment is None:
            return
        self.waiting = False
        path = self.sights.file_of(attachment)
        if path is None:
            if attachment.url and not attachment.sha256:
                await self._say(_("Foto di luar: {address}").format(address=attachment.url))
                return
            if not online:
                self.waiting = True
                await self._say(_("Foto ini belum ada di meja ini; diambil dari pusat begitu tersambung."))
                return
            await self._say(_("Mengambil foto dari pusat…"))
            try:
                path = await self.sights.fetch(attachment)
            except SyncError as error:
                self.waiting = True
                await self._say(_("Foto belum bisa diambil: {why}").format(why=error.sentence()))
                return
        await self._show(attachment, path)

    async def _show(self, attachment: Attachment, path: Path) -> None:
        if attachment is not self.attachment:
            return  # another one was asked for meanwhile
        self.path = path
        if self._shown is None:
            await self._say(_("Memuat foto…"))
        try:
            image = await self.sights.picture(path)
        except CannotShow as why:
            await self._say(_(str(why)))
            return
        room = self.query_one(".picture", Container)
        key = (attachment.sha256, room.content_size)
        if attachment is not self.attachment or key == self._shown or not room.content_size.width:
            return
        self._shown = key
        await room.remove_children()
        await room.mount(picture_widget(image, self.way, room.content_size))

    async def _say(self, sentence: str) -> None:
        self._shown = None
        room = self.query_one(".picture", Container)
        await room.remove_children()
        await room.mount(Static(Content.styled(safe(sentence), "$text-muted"), classes="instead"))
