"""One action of outbox or tray in words."""

from __future__ import annotations

import datetime as dt

from textual.content import Content

from qlue_desk.casework.case_words import size_words
from qlue_desk.casework.tray import Kept, Line, audience, kept_sentence
from qlue_desk.desk import wording
from qlue_desk.desk.detail.content import Lines
from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.words import _, n_

INDENT = 4


def _first_line(lines: Lines, line: Line, mark: tuple[str, str], zone: dt.tzinfo) -> None:
    lines.add(
        mark,
        (fit(safe(line.number) or _("(belum bernomor)"), 16), "bold"),
        (fit(safe(line.label), 22), ""),
        (wording.stamp(line.recorded_at, zone), "$text-muted"),
        (f"  {safe(line.title)}", "$text-muted"),
    )


def waiting_content(line: Line, zone: dt.tzinfo, width: int, *, ascii_only: bool) -> Content:
    """What, when, and the text that goes with it."""
    lines = Lines(width)
    sent = line.state != "waiting"
    glyph = ("=" if ascii_only else "✓") if sent else ("^" if ascii_only else "▲")
    _first_line(lines, line, (f"{glyph} ", "$status-green" if sent else "$accent"), zone)
    if line.note:
        lines.text(f"{audience(line, _)} “{line.note}”".strip(), "$text-muted", indent=INDENT)
    if line.files:
        lines.text(_files_words(line), "$text-muted", indent=INDENT)
    if line.reason and not sent:
        lines.text(_("mungkin ditolak: {why}").format(why=safe(line.reason)), "$status-yellow", indent=INDENT)
    if line.sent and not sent:
        lines.text(_("sudah berangkat, tidak bisa dibatalkan lagi"), "$text-muted", indent=INDENT)
    if line.last_error:
        lines.text(line.last_error, "$status-red", indent=INDENT)
    return lines.content()


def _files_words(line: Line) -> str:
    n, size = len(line.files), sum(file.size for file in line.files)
    arrived = sum(file.sent for file in line.files)
    if arrived >= size:
        template = n_("{n} berkas, {size}, sudah di pusat", n)
    elif arrived:
        template = n_("{n} berkas, {size}; {sent} sudah di pusat", n)
    else:
        template = n_("{n} berkas, {size}", n)
    return template.format(n=n, size=size_words(size), sent=size_words(arrived))


def tray_content(line: Line, zone: dt.tzinfo, width: int) -> Content:
    """What I did, why central refused, what I saw, what is there now, what I wrote."""
    lines = Lines(width)
    _first_line(lines, line, ("! ", "bold $status-red"), zone)
    lines.text(_("Alasan: {why}").format(why=safe(line.reason) or "–"), "$status-red", indent=INDENT)
    unknown = _("tidak diketahui")
    for label, standing in ((_("Yang Anda lihat"), line.seen), (_("Keadaan sekarang"), line.current)):
        lines.add((" " * INDENT + fit(label, 20), "$text-muted"), safe(standing) or unknown)
    if line.gone:
        lines.text(_("Laporannya tidak ada lagi di meja ini."), "$status-yellow", indent=INDENT)
    if line.note:
        lines.text(safe(kept_sentence(line, _)), indent=INDENT)
    return lines.content()


def kept_content(kept: Kept, zone: dt.tzinfo, width: int, *, ascii_only: bool) -> Content:
    """A text whose report is gone: which one, where it went, what was written."""
    lines = Lines(width)
    left = (
        _("laporannya pindah ke {dinas}").format(dinas=safe(kept.dinas))
        if kept.dinas
        else _("laporannya tidak ada lagi di meja ini")
    )
    lines.add(
        (("~ " if ascii_only else "✎ "), "bold $status-yellow"),
        (fit(safe(kept.number) or _("(belum bernomor)"), 16), "bold"),
        (fit(safe(kept.label), 22), ""),
        (wording.stamp(kept.at, zone), "$text-muted"),
    )
    lines.text(left, "$status-yellow", indent=INDENT)
    lines.text(kept.text, indent=INDENT)
    return lines.content()
