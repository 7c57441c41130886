"""What a person wrote as the target of a move, turned into the key that the rules know.

Keys, names and near enough spellings are understood; what is not gets a sentence with the nearest names.
"""

from __future__ import annotations

from msgspec.structs import replace

from qlue_desk.casework.errors import Refused, refused
from qlue_desk.casework.workplace import Workplace
from qlue_desk.domain.edges import EDGE_BY_VERB, JUNK_KINDS, PRIORITY_BY_WORD, To, Verb
from qlue_desk.domain.moves import N_, Code, Fields
from qlue_desk.domain.numbers import number_parts
from qlue_desk.domain.query_names import Field, nearest, squash
from qlue_desk.domain.requirements import foreign_refusal
from qlue_desk.store import complaints
from qlue_desk.words import language

_UNKNOWN: dict[Field, tuple[str, Code]] = {
    Field.DINAS: (N_("Dinas “{found}” tidak dikenal di {city}; mungkin {nearest}."), Code.UNKNOWN_DINAS),
    Field.CATEGORY: (N_("Kategori “{found}” tidak dikenal di {city}; mungkin {nearest}."), Code.INVALID_ARGS),
    Field.KELURAHAN: (
        N_("Kelurahan “{found}” tidak dikenal di {city}; mungkin {nearest}."),
        Code.INVALID_ARGS,
    ),
    Field.BY: (N_("“{found}” tidak dikenal di {city}; mungkin {nearest}."), Code.INVALID_ARGS),
}
_JUNK_WORDS = {
    "ghost": "ghost",
    "hantu": "ghost",
    "teleponhantu": "ghost",
    "prank": "prank",
    "iseng": "prank",
    "information": "information",
    "informasi": "information",
    "hanyainformasi": "information",
}
NO_NUMBER = N_("“{found}” bukan nomor laporan; tulis misalnya BGR-26-004211 atau 4211.")
assert set(_JUNK_WORDS.values()) == set(JUNK_KINDS)


def resolve_fields(workplace: Workplace, verb: Verb, fields: Fields) -> Fields:
    """The same fields with keys in place of names; on a store's thread (an original is looked up).

    :raises Refused: where a name is not understood or means several things.
    """
    edge = EDGE_BY_VERB[verb]
    if edge.to is To.CATEGORY and fields.category and not fields.to:
        fields = replace(fields, to=fields.category, category=None)
    if (foreign := foreign_refusal(edge, fields)) is not None:
        raise Refused(foreign)
    changes: dict[str, object] = {}
    if fields.category:
        changes["category"] = _known(workplace, Field.CATEGORY, fields.category, "category")
    if fields.kelurahan:
        changes["kelurahan"] = _known(workplace, Field.KELURAHAN, fields.kelurahan, "kelurahan")
    if fields.to.strip():
        to = _target(workplace, edge.to, fields.to.strip())
        changes["to"] = to
        if edge.to is To.PERSON:
            person = workplace.person(to)
            changes["person_name"] = person.name if person else fields.person_name
    return replace(fields, **changes) if changes else fields


def is_me(written: str) -> bool:
    """Whether a person's name means whoever acts."""
    return squash(written) in ("me", "saya")


def _target(workplace: Workplace, kind: To, written: str) -> str:
    match kind:
        case To.DINAS:
            return _known(workplace, Field.DINAS, written, "to")
        case To.CATEGORY:
            return _known(workplace, Field.CATEGORY, written, "to")
        case To.PERSON:
            if is_me(written):
                return workplace.actor.id
            return _known(workplace, Field.BY, written, "to")
        case To.PARTY | To.ELSEWHERE:
            found = workplace.names.find(Field.DINAS, written)
            return found[0] if len(found) == 1 else written
        case To.ORIGINAL:
            original = complaints.get(written)
            if original is None and number_parts(written) is None:
                raise refused(NO_NUMBER, "to", found=written)
            return original.number or original.id if original else written.upper()
        case To.PRIORITY:
            return written.casefold() if written.casefold() in PRIORITY_BY_WORD else written
        case To.JUNK_KIND:
            return _JUNK_WORDS.get(squash(written), written)
        case _:
            return written


def _known(workplace: Workplace, field: Field, written: str, name: str) -> str:
    found = workplace.names.find(field, written)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise refused(
            N_("“{found}” ada {count}: tulis kodenya, {codes}."),
            name,
            found=written,
            count=str(len(found)),
            codes=", ".join(found),
        )
    close = nearest(written, workplace.names.spellings(field), language())
    if not close and field is Field.BY:
        close = tuple(person.name for person in workplace.people[:6])  # a desk knows everyone it can name
    if not close:
        return written  # the rules have a sentence for it that lists what is allowed
    template, code = _UNKNOWN[field]
    raise refused(template, name, code, found=written, city=workplace.city.name, nearest=", ".join(close))
