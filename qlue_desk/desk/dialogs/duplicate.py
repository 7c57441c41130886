"""The question before reports are closed as duplicates: all of them side by side, and plainly what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from qlue_desk.desk import wording
from qlue_desk.desk.dialogs.base import ConfirmDialog, ReadDialog
from qlue_desk.desk.safe_text import safe
from qlue_desk.domain.city import City
from qlue_desk.domain.complaint import Complaint
from qlue_desk.domain.similarity import NEAR_DAYS, NEAR_METRES, apart, subject_of
from qlue_desk.words import _, n_


def name_of(complaint: Complaint) -> str:
    """The number, or the title while it has none."""
    return safe(complaint.number or complaint.title)


def short_content(complaint: Complaint, city: City) -> Content:
    """A report in three lines: number, status and category; title; where it is."""
    look = complaint.look
    category = city.category_label(subject_of(complaint).category) or _("kategori belum ditetapkan")
    place = ", ".join(filter(None, (complaint.street, city.kelurahan_name(complaint.kelurahan))))
    return Content.assemble(
        (name_of(complaint), "bold $accent"),
        (f"  {look.glyph} {_(look.label)}", f"$status-{look.colour}"),
        f"  {safe(category)}\n",
        (safe(complaint.title) + "\n", "bold"),
        (safe(place or _("lokasi belum ditetapkan")), "$text-muted"),
    )


def distance_words(original: Complaint, duplicate: Complaint) -> str:
    """How far apart and how long: `111 m dari yang asli · selisih 2 hari`."""
    found = apart(original, duplicate)
    if found.metres is None:
        far = _("jarak ke yang asli tidak diketahui")
    else:
        far = _("{n} m dari yang asli").format(n=wording.number(found.metres))
    days = n_("selisih {n} hari", found.days).format(n=wording.number(found.days))
    return f"{far} · {days}"


def warnings(original: Complaint, duplicate: Complaint, city: City) -> list[str]:
    """What speaks against the two being the same thing, each a sentence."""
    found, said = apart(original, duplicate), []
    if found.other_category:
        said.append(
            _("Kategorinya lain: {category}, yang asli {other}.").format(
                category=safe(city.category_label(subject_of(duplicate).category)),
                other=safe(city.category_label(subject_of(original).category)),
            )
        )
    if not original.is_open:
        said.append(_("Yang asli sudah {status}.").format(status=_(original.look.label)))
    elif found.other_status:
        said.append(
            _("Statusnya lain: {status}, yang asli {other}.").format(
                status=_(duplicate.look.label), other=_(original.look.label)
            )
        )
    if found.too_far:
        said.append(_("Jaraknya lebih dari {limit} m.").format(limit=NEAR_METRES))
    if found.metres is None and not found.same_street:
        said.append(_("Salah satunya tanpa titik lokasi: apakah tempatnya sama tidak bisa diperiksa."))
    if found.too_long:
        said.append(_("Selisihnya lebih dari {limit} hari.").format(limit=NEAR_DAYS))
    return said


def beside_content(original: Complaint, duplicate: Complaint, city: City) -> Content:
    """What lies between the two: distance and time, then each warning on a line of its own."""
    lines: list[str | Content | tuple[str, str]] = [(distance_words(original, duplicate), "$text-muted")]
    lines += [(f"\n! {sentence}", "bold $status-red") for sentence in warnings(original, duplicate, city)]
    return Content.assemble(*lines)


def original_content(original: Complaint | None, duplicate: Complaint, number: str, city: City) -> Content:
    """What is said beside the number that was typed as the original's; '' for none yet."""
    if not number:
        return Content("")
    if original is None:
        words = _("{number} tidak ada di meja ini; pusat yang memeriksanya.").format(number=safe(number))
        return Content.styled(words, "$status-yellow")
    return Content("\n").join([short_content(original, city), beside_content(original, duplicate, city)])


class DuplicateDialog(ReadDialog[bool], ConfirmDialog):
    """Which report goes on, which end; how to take it back."""

    reading = "#pair"

    def __init__(
        self,
        original: Complaint,
        duplicates: Sequence[Complaint],
        city: City,
        question: str,
        remark: str = "",
    ) -> None:
        """`question` says what happens and how it is taken back, `remark` who else is at work on them."""
        super().__init__(_("Duplikat"), question)
        self.original = original
        self.duplicates = duplicates
        self.city = city
        self.remark = remark
        self.keys_text = _("enter ya   esc tidak   j k g G gulir")

    def body(self) -> ComposeResult:
        """The reports, then the question."""
        with VerticalScroll(id="pair", can_focus=False):
            yield Static(Content.styled(_("Diteruskan, sebagai yang asli"), "$status-green"), classes="side")
            yield Static(short_content(self.original, self.city))
            ends = n_("Ditutup sebagai duplikatnya: {n} laporan", len(self.duplicates))
            yield Static(
                Content.styled(ends.format(n=len(self.duplicates)), "$status-yellow"), classes="side"
            )
            for each in self.duplicates:
                yield Static(short_content(each, self.city))
                yield Static(beside_content(self.original, each, self.city), classes="beside")
        if self.remark:
            yield Static(Content.styled(self.remark, "bold $status-red"), id="remark")
        yield from super().body()
