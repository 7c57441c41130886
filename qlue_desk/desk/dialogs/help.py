"""The `?` page, made from the registry: keys, what they do, and the query line."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from qlue_desk.desk.actions import ACTIONS, Group, keys_of, shown_key
from qlue_desk.desk.safe_text import fit
from qlue_desk.domain.complaint import STATUS_LOOK
from qlue_desk.domain.moves import N_
from qlue_desk.words import _

_QUERY_EXAMPLES = (
    ("status:disposisi", N_("menurut status; juga colour:merah")),
    ("overdue", N_("lewat tenggat; juga due:today, due:<8h")),
    ("kelurahan:sempur", N_("menurut tempat; juga kecamatan:")),
    ("by:me", N_("pegangan saya; by:none belum dipegang")),
    ("older:24h", N_("lebih tua dari; juga newer:, since:, until:")),
    ('"lampu mati" -macet', N_("kata-kata bersebelahan; tanpa kata")),
    ("sort:-created", N_("urutan; due, created, updated, priority")),
)


def help_content(remapped: Mapping[str, str]) -> Content:
    """All keys by group, then the query line, then the status glyphs."""
    parts: list[tuple[str, str]] = []
    for group in Group:
        parts.append((_(group) + "\n", "bold $accent"))
        for action in ACTIONS:
            keys = " ".join(shown_key(key) for key in keys_of(action, remapped))
            if action.group is group and keys:
                parts += [("  " + fit(keys, 16), "bold"), (_(action.tooltip) + "\n", "")]
        if group is Group.FIND:
            parts += [("  " + fit("1–9", 16), "bold"), (_("Tampilan tersimpan") + "\n", "")]
        parts.append(("\n", ""))
    parts.append((_("Baris pencarian") + "\n", "bold $accent"))
    for example, meaning in _QUERY_EXAMPLES:
        parts += [("  " + fit(example, 24), "bold"), (_(meaning) + "\n", "$text-muted")]
    parts.append(("\n" + _("Tanda status") + "\n", "bold $accent"))
    for look in STATUS_LOOK.values():
        parts.append((f"  {look.glyph} {_(look.label)}\n", f"$status-{look.colour}"))
    parts += [("  ▲ ", "bold $accent"), (_("tindakan Anda, belum dipastikan pusat") + "\n", "")]
    return Content.assemble(*parts)
