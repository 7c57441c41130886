"""The monthly report as a page of words and tables; Markdown, CSV and PDF are made from the same page."""

from __future__ import annotations

import csv
import datetime as dt
import io

import msgspec

from qlue_desk.casework.breakdown import By
from qlue_desk.casework.monthly import Line, MonthlyReport
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.city import Cooperation, Deadline, Unit
from qlue_desk.domain.moves import N_
from qlue_desk.domain.text import clean, csv_cell
from qlue_desk.phrases import duration_words, month_words, number, percent, time_words
from qlue_desk.words import _, n_

MARK = "qlue-desk report"
"""Stands in each file that was written here, so that only such a one is written over."""
GROUPS = 12
"""Lines of the table of dinas or categories: one page."""
_UNITS = {
    Unit.MINUTES: N_("{n} menit"),
    Unit.HOURS: N_("{n} jam"),
    Unit.WORKING_HOURS: N_("{n} jam kerja"),
    Unit.WORKING_DAYS: N_("{n} hari kerja"),
}


class Table(msgspec.Struct, frozen=True):
    """A heading, column heads, and rows of text; all columns but the first are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Page(msgspec.Struct, frozen=True):
    """What the mayor reads."""

    title: str
    subtitle: str
    sentences: tuple[str, ...]
    headline: Table
    tables: tuple[Table, ...]
    footnotes: tuple[str, ...]


def page_of(workplace: Workplace, report: MonthlyReport) -> Page:
    """The report in words, in the reader's language."""
    city = workplace.city
    whose = city.name if report.by is By.DINAS else city.dinas_name(workplace.desk.dinas)
    stands = report.data_as_of or report.as_of
    return Page(
        title=_("Laporan bulanan {month} — {whose}").format(month=month_words(report.month), whose=whose),
        subtitle=_("{city}. Data sampai {time}.").format(
            city=city.name, time=time_words(min(stands, report.as_of), workplace.zone)
        ),
        sentences=tuple(_sentences(workplace, report)),
        headline=_headline(report),
        tables=(_groups(report), *([_worst(report)] if report.worst else [])),
        footnotes=tuple(_footnotes(workplace)),
    )


def _sentences(workplace: Workplace, report: MonthlyReport) -> list[str]:
    this = report.this
    if not this.received:
        return [_("Tidak ada laporan yang masuk bulan ini.")]
    if workplace.city.cooperation is Cooperation.NONE:
        return [
            _("Kota belum bergabung: {n} laporan dicatat dan ditahan, tidak ada yang dikerjakan.").format(
                n=this.received
            )
        ]
    said = []
    if this.never_answered and this.oldest_unanswered is not None:
        age = duration_words(report.as_of - this.oldest_unanswered)
        said.append(
            _(
                "{n} dari {all} laporan ({share}) sudah sampai di dinas tetapi belum diterima; yang tertua menunggu {age}."
            ).format(
                n=number(this.never_answered),
                all=number(this.received),
                share=_percent(this.never_answered / this.received),
                age=age,
            )
        )
    else:
        said.append(_("Semua laporan bulan ini yang sampai di dinas sudah diterima."))
    if this.reopened:
        said.append(
            n_(
                "{n} laporan pernah dinyatakan selesai lalu dibuka kembali ({share} dari yang pernah selesai).",
                this.reopened,
            ).format(n=number(this.reopened), share=_percent(this.reopen_share))
        )
    if this.late:
        said.append(
            n_("{n} laporan masih terbuka dan sudah lewat tenggat.", this.late).format(n=number(this.late))
        )
    if this.bounced:
        said.append(
            n_(
                "{n} laporan pernah dikembalikan atau dipindah karena bukan urusan dinas yang menerimanya.",
                this.bounced,
            ).format(n=number(this.bounced))
        )
    return said


def _headline(report: MonthlyReport) -> Table:
    this, before = report.this, report.before
    last = (report.month - dt.timedelta(days=1)).replace(day=1)
    rows: list[tuple[str, ...]] = []
    for name, now, then in (
        (_("Laporan masuk"), this.received, before.received),
        (_("Sampai di dinas"), this.dispatched, before.dispatched),
        (_("Sampai di dinas, belum diterima"), this.never_answered, before.never_answered),
        (_("Selesai"), this.resolved, before.resolved),
        (_("Masih terbuka"), this.open, before.open),
        (_("Lewat tenggat"), this.late, before.late),
        (_("Dibuka kembali"), this.reopened, before.reopened),
        (_("Dikembalikan atau dipindah"), this.bounced, before.bounced),
    ):
        rows.append((name, number(now), number(then), _change(now, then)))
    for name, shares in (
        (_("Diterima tepat waktu ¹"), [_of(one.answered_in_time, one.answer_due) for one in (this, before)]),
        (_("Selesai tepat waktu ²"), [_of(one.resolved_in_time, one.resolve_due) for one in (this, before)]),
    ):
        rows.append((name, *shares, ""))
    rows.append((_("Waktu terima (median)"), _answer(this), _answer(before), ""))
    return Table(_("Angka utama"), ("", month_words(report.month), month_words(last), _("beda")), tuple(rows))


def _groups(report: MonthlyReport) -> Table:
    title = _("Menurut dinas") if report.by is By.DINAS else _("Menurut kategori")
    heads = (
        "",
        _("masuk"),
        _("belum diterima"),
        _("lewat"),
        _("selesai"),
        _("dibuka kembali"),
        _("diterima tepat waktu ¹"),
        _("selesai tepat waktu ²"),
        _("terima (median)"),
    )
    rows = [_group_row(one) for one in report.groups[:GROUPS]]
    left = report.groups[GROUPS:]
    if left:
        rest = Line(
            label=_("{n} lainnya").format(n=len(left)),
            **{
                name: sum(getattr(one, name) for one in left)
                for name in (
                    "received",
                    "dispatched",
                    "never_answered",
                    "late",
                    "resolved",
                    "reopened",
                    "answered_in_time",
                    "answer_due",
                    "resolved_in_time",
                    "resolve_due",
                )
            },
        )
        rows.append(_group_row(rest))
    return Table(title, heads, tuple(rows))


def _group_row(one: Line) -> tuple[str, ...]:
    counts = (one.received, one.never_answered, one.late, one.resolved, one.reopened)
    shares = _of(one.answered_in_time, one.answer_due), _of(one.resolved_in_time, one.resolve_due)
    return (_plain(_(one.label)), *map(number, counts), *shares, _answer(one))


def _worst(report: MonthlyReport) -> Table:
    return Table(
        _("Kelurahan terberat"),
        ("", _("masuk"), _("belum diterima"), _("lewat"), _("selesai")),
        tuple(
            (_plain(_(one.label)), *map(number, (one.received, one.never_answered, one.late, one.resolved)))
            for one in report.worst
        ),
    )


def _footnotes(workplace: Workplace) -> list[str]:
    sla = workplace.city.sla
    resolve = ", ".join(_deadline(each) for each in sla.resolve.values())
    return [
        _(
            "Dihitung: laporan yang masuk dalam bulan itu (waktu setempat), menurut keadaannya sekarang; bulan sebelumnya juga, jadi ia punya lebih banyak waktu."
        ),
        _(
            "¹ Diterima dalam {acknowledge}; angka kedua dalam kurung menghitung semua yang sudah diterima, dan yang belum padahal tenggatnya sudah lewat (profil {profile})."
        ).format(acknowledge=_deadline(sla.acknowledge), profile=sla.key),
        _(
            "² Selesai dalam {resolve} menurut golongan kategori; angka kedua dalam kurung menghitung semua yang sudah selesai, dan yang masih terbuka padahal tenggatnya sudah lewat; yang ditutup tanpa tindak lanjut atau menunggu pelapor tidak dihitung."
        ).format(resolve=resolve),
        _(
            "Belum diterima: laporan sudah sampai di dinas yang memegangnya, tetapi dinas itu belum menerimanya. Waktu terima: dari disposisi sampai diterima, hanya yang sudah diterima."
        ),
        _("Dibuka kembali: selesai atau ditutup, lalu disanggah dan dikerjakan lagi."),
    ]


def _deadline(deadline: Deadline) -> str:
    return _(_UNITS[deadline.unit]).format(n=deadline.amount)


def _change(now: int, then: int) -> str:
    if now == then:
        return "="
    return f"{'+' if now > then else '−'}{number(abs(now - then))}"


def _of(part: int, whole: int) -> str:
    """A share with what is counted: `61,2% (52/85)`."""
    if not whole:
        return "–"
    return f"{_percent(part / whole)} ({number(part)}/{number(whole)})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{percent(share)}%"


def _answer(one: Line) -> str:
    if one.answer_minutes is None:
        return "–"
    return duration_words(dt.timedelta(minutes=one.answer_minutes)) if one.answer_minutes else _("< 1 mnt")


def _plain(text: str) -> str:
    return clean(text, multiline=False)


# --- forms ---------------------------------------------------------------------------------------


def markdown(workplace: Workplace, report: MonthlyReport) -> str:
    """The page as Markdown, ready to send."""
    page = page_of(workplace, report)
    lines = [f"# {_cell(page.title)}", "", _cell(page.subtitle), ""]
    lines += [f"- {_cell(sentence)}" for sentence in page.sentences]
    for table in (page.headline, *page.tables):
        lines += ["", f"## {table.title}", "", _markdown_row(table.heads)]
        lines.append("|---|" + "---:|" * (len(table.heads) - 1))
        lines += [_markdown_row(row) for row in table.rows]
    lines += ["", *(f"_{_cell(note)}_  " for note in page.footnotes), "", f"<!-- {MARK} -->"]
    return "\n".join(lines) + "\n"


def _markdown_row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


_GROUP_COLUMNS = (
    "received", "dispatched", "never_answered", "answered", "answered_in_time", "answer_due", "resolved", "resolved_in_time",
    "open", "late", "reopened", "ever_resolved", "bounced", "answer_minutes", "resolve_due",
)  # fmt: skip


def csv_text(report: MonthlyReport) -> str:
    """All numbers as CSV, a line each: group, key, label, then one column for each number."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("group", "key", "label", *_GROUP_COLUMNS))
    groups = [("month", [report.this]), ("month_before", [report.before])]
    groups += [(str(report.by), report.groups), ("worst_kelurahan", report.worst)]
    for group, lines in groups:
        for one in lines:
            values = [
                "" if value is None else value for value in (getattr(one, name) for name in _GROUP_COLUMNS)
            ]
            writer.writerow((group, csv_cell(one.key), csv_cell(_(one.label) if one.label else ""), *values))
    for group, bars in (
        ("status", report.statuses),
        ("all_categories", report.categories),
        ("all_kelurahan", report.kelurahan),
    ):
        for bar in bars:
            cells: dict[str, object] = {"received": bar.count, "late": bar.late}
            values = [cells.get(name, "") for name in _GROUP_COLUMNS]
            writer.writerow((group, csv_cell(bar.key), csv_cell(_(bar.label)), *values))
    return out.getvalue()
