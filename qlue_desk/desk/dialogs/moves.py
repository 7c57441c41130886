"""The moves as a list shows them: their letters, their order, and why one cannot be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from qlue_desk.desk.safe_text import fit, safe
from qlue_desk.domain.complaint import OPEN_STATUSES
from qlue_desk.domain.edges import EDGE_BY_VERB, Edge, Text, Verb
from qlue_desk.domain.lifecycle import Offer
from qlue_desk.domain.moves import Refusal
from qlue_desk.words import _

OWN_KEYS = frozenset({Verb.TAKE, Verb.GIVE, Verb.NOTE, Verb.PRIORITISE, Verb.REVEAL})
"""Moves with a key of their own, or (reveal) an answer that only central has; not in this dialog."""
LABEL_WIDTH = 25
"""Cells of a move's name with the gap behind it."""
BOX_WIDTH = 92
KEYS: dict[Verb, str] = {
    Verb.DISPATCH: "d",
    Verb.ACKNOWLEDGE: "t",
    Verb.START: "m",
    Verb.PROPOSE: "u",
    Verb.RESOLVE: "s",
    Verb.SEND_BACK: "b",
    Verb.COORDINATE: "o",
    Verb.SCHEDULE: "w",
    Verb.ASK: "y",
    Verb.RETURN: "g",
    Verb.TRANSFER: "r",
    Verb.REFER: "e",
    Verb.DUPLICATE: "p",
    Verb.REJECT: "x",
    Verb.JUNK: "n",
    Verb.REOPEN: "a",
    Verb.ATTACH: "f",
    Verb.RECATEGORISE: "c",
    Verb.CORRECT_PLACE: "i",
    Verb.MERGE: "G",
    Verb.RESTRICT: "R",
    Verb.ERASE: "H",
}
"""Each move's letter, the same in every status, so that the hand can learn it; most stand in the move's
word (Disposisi, Terima, Mulai, Usulkan, Selesai, Belum, kOordinasi, jadWal, tanYa, tuGas, teRuskan,
kEwenangan, duPlikat, bukaN, bukA kembali, Foto, kategori → C, perbaIki); rare ones are capitals.
The order is the list's, the way of a report: what people do most stands first, what ends a report last."""
ORDER = tuple(verb for verb in KEYS if EDGE_BY_VERB[verb].target is not None)
"""Moves to another status, as they stand in the list."""
FORWARD = tuple(
    verb
    for verb in ORDER
    if (edge := EDGE_BY_VERB[verb]).target in OPEN_STATUSES and (edge.public or edge.text is Text.OPTIONAL)
)
"""Moves that may be chosen beforehand, the most ordinary first: never one that ends a report, nor one with an
inner reason, which sends it back or on."""
FOR_ONE = frozenset({Verb.DUPLICATE, Verb.MERGE, Verb.CORRECT_PLACE})
"""Moves that make no sense for several reports at once."""


def shown_offers(offers: Sequence[Offer], *, several: bool = False) -> list[Offer]:
    """What the dialog lists: legal moves, legal changes without a move, then impossible moves."""
    left_out = OWN_KEYS | FOR_ONE if several else OWN_KEYS
    mine = [offer for offer in offers if offer.edge.verb not in left_out]
    mine.sort(key=lambda offer: ORDER.index(offer.edge.verb) if offer.edge.verb in ORDER else len(ORDER))
    legal = [offer for offer in mine if offer.refusal is None]
    moves = [offer for offer in legal if offer.edge.target is not None]
    stills = [offer for offer in legal if offer.edge.target is None]
    refused = [offer for offer in mine if offer.refusal is not None and offer.edge.target is not None]
    return [*moves, *stills, *refused]


def why_not(refusal: Refusal, label: str) -> str:
    """The reason in few words: the move is named already at the start of its line."""
    sources = refusal.values.get("sources")
    if sources:
        return safe(
            _("harus {sources} dulu").format(sources=" / ".join(_(word) for word in sources.split(" / ")))
        )
    return safe(refusal.sentence(_)).removeprefix(f"{label}: ").rstrip(".")


def hint_of(values: Mapping[str, str], counts: Mapping[Verb, int], how_many: int, edge: Edge) -> str:
    """What a move brings about, its open places filled from `values`; before it to how many of `how_many` reports
    it can be done, where not to all.
    """
    hint = _(edge.hint)
    for name, value in values.items():
        hint = hint.replace("{" + name + "}", value)
    count = counts.get(edge.verb, how_many)
    if count == how_many:
        return hint
    part = _("{n} dari {all}").format(n=count, all=how_many)
    return f"{part} · {hint}" if hint else part


def move_option(offer: Offer, room: int, hint: str) -> Option:
    """One line: letter, name, and in `room` cells the hint or the reason why not."""
    edge = offer.edge
    key = KEYS.get(edge.verb, " ") + " "
    label = fit(_(edge.label) + ("…" if edge.asks else ""), LABEL_WIDTH - 1) + " "
    if offer.refusal is None:
        prompt = Content.assemble((key, "bold $accent"), label, (fit(hint, room).rstrip(), "$text-muted"))
    else:
        why = fit(why_not(offer.refusal, _(edge.label)), room).rstrip()
        prompt = Content.assemble((key, "$text-muted"), (label + why, "$text-muted"))
    return Option(prompt, id=str(edge.verb), disabled=offer.refusal is not None)
