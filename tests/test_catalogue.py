"""The catalogues are complete, have nothing obsolete and keep every field; no sentence is glued from pieces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qlue_desk.words import read_catalogue
from tests.catalogue import ENGLISH, ROOT, known, main, same_fields, sentences


def test_every_sentence_has_its_english_and_nothing_is_left_over() -> None:
    wanted, english = sentences(), read_catalogue("en")
    assert len(wanted) > 1400
    assert sorted(set(wanted) - set(english)) == [], "python -m tests.catalogue FILE.json adds them"
    assert sorted(set(english) - set(wanted)) == [], "python -m tests.catalogue drops them"


def test_what_counts_has_one_and_many_in_english() -> None:
    counted = {text for text, counts in sentences().items() if counts}
    assert len(counted) > 20
    english = read_catalogue("en")
    assert {text for text, strings in english.items() if len(strings) == 2} == counted
    assert [text for text in counted if english[text][0] == english[text][1]] == []


def test_no_field_is_lost_on_the_way() -> None:
    assert [text for text, strings in read_catalogue("en").items() if not same_fields(text, strings)] == []
    assert not same_fields("{n} laporan", ("1 report", "{n} reports"))


def test_the_desk_reads_the_file_as_babel_does() -> None:
    assert read_catalogue("en") == known()


def test_the_file_is_as_the_command_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = ENGLISH.read_bytes()
    try:
        assert main([]) == 0
        assert ENGLISH.read_bytes() == before
    finally:
        ENGLISH.write_bytes(before)


def test_the_indonesian_desk_is_a_meja() -> None:
    """The product's name and its commands stay: `qlue-desk`, `central desk code`, `desk.db`."""
    word = re.compile(r"(?<![-\w])desk(?![-.\w])", re.IGNORECASE)
    kept = re.compile(r"qlue desk|central desk|\{desk\}", re.IGNORECASE)
    assert [text for text in sentences() if word.search(kept.sub("", text))] == []


# --- sentences that a translator could not reorder -----------------------------------------------------


def glued(source: str) -> Iterator[str]:
    """Expressions that build a sentence of translated pieces, or hide one from the extractor."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
            plain = "".join(str(p.value) for p in node.values if isinstance(p, ast.Constant))
            hidden = any(_translations(value, literal=True) for value in values)
            pieces = any(_translations(value) for value in values)
            if hidden or (pieces and re.search(r"[\w:,;.]", plain)):
                yield ast.unparse(node)
        elif (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_glue(node)
        ) or _is_join_of_pieces(node):
            yield ast.unparse(node)


def _translations(node: ast.AST, *, literal: bool = False) -> bool:
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("_", "n_")
        and (not literal or isinstance(call.args[0], ast.Constant))
        for call in ast.walk(node)
    )


def _is_glue(node: ast.BinOp) -> bool:
    """A translated piece beside anything but layout: blanks, line ends, marks without a letter."""
    leaves = list(_leaves(node))
    if not any(_translations(leaf) for leaf in leaves):
        return False
    others = [leaf for leaf in leaves if not _is_layout(leaf)]
    return len(others) > 1


def _leaves(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _leaves(node.left)
        yield from _leaves(node.right)
    elif isinstance(node, ast.IfExp):
        pieces = [leaf for part in (node.body, node.orelse) for leaf in _leaves(part)]
        yield next((piece for piece in pieces if not _is_layout(piece)), pieces[0])
    else:
        yield node


def _is_layout(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or not re.search(r"\w", node.value)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fit"


def _is_join_of_pieces(node: ast.AST) -> bool:
    """`" ".join(…)` of translations; other separators make a list, which every language has."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
        and isinstance(node.func.value, ast.Constant)
        and node.func.value.value == " "
        and any(_translations(argument) for argument in node.args)
    )


@pytest.mark.parametrize(
    "source",
    [
        "f\"{_('Nilai')}: {rating}\"",
        "f\"{_('tersambung')}\"",
        'f"{_(label)}: {n}"',
        '_("terkirim") + " " + _("dari pusat")',
        '_("Kata sandi diganti.") + f" {password}"',
        'name + " " + _("dibuang")',
        '" ".join((_("tiga"), _("laporan")))',
        '" ".join(_(word) for word in words)',
    ],
)
def test_the_check_sees_glue(source: str) -> None:
    assert list(glued(source))


@pytest.mark.parametrize(
    "source",
    [
        '_("Nilai: {rating}").format(rating=3)',
        'f"{glyph} {_(look.label)}"',
        '_(group) + "\\n"',
        '("^" if plain else "▲") + " " + _("{n} menunggu kirim").format(n=3)',
        '_(edge.label) + ("…" if edge.asks else "")',
        '", ".join(_(role) for role in roles)',
        'f"SELECT {column} FROM {table}"',
    ],
)
def test_the_check_lets_layout_be(source: str) -> None:
    assert list(glued(source)) == []


def test_no_sentence_is_glued_from_pieces() -> None:
    """A translator must be able to put the parts in another order: one template, `_("… {field} …").format`."""
    found = [
        f"{path.relative_to(ROOT)}: {piece}"
        for path in sorted(Path(ROOT).rglob("*.py"))
        for piece in glued(path.read_text(encoding="utf-8"))
    ]
    assert found == []
