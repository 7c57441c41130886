"""The only way in which data reaches a widget.

Citizens' text is hostile: markup, escape sequences and bidi overrides in it must do nothing.
Words of ours need no cleaning, everything else goes through `safe` or `content`.
"""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from qlue_desk.domain.text import clean

ELLIPSIS = "…"


def safe(text: str, *, multiline: bool = False) -> str:
    """`text` as plain characters that no terminal obeys; on one line unless `multiline`."""
    return clean(text, multiline)


def content(text: str, style: str = "", *, multiline: bool = False) -> Content:
    """`text` as content that is never parsed as markup."""
    return (
        Content.styled(safe(text, multiline=multiline), style)
        if style
        else Content(safe(text, multiline=multiline))
    )


def fit(text: str, width: int) -> str:
    """Plain `text` cut or padded to exactly `width` cells, with an ellipsis where something is missing.

    Runs for every cell of the queue, so the common case (narrow ASCII) is one comparison.
    """
    if width <= 0:
        return ""
    if text.isascii():
        length = len(text)
        if length <= width:
            return text + " " * (width - length)
        return text[: width - 1] + ELLIPSIS
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    kept: list[str] = []
    room = width - 1
    for character in text:
        room -= cell_len(character)
        if room < 0:
            break
        kept.append(character)
    cut = "".join(kept) + ELLIPSIS
    return cut + " " * (width - cell_len(cut))


def wrap(text: str, width: int) -> list[str]:
    """Plain `text` broken at spaces into lines of at most `width` cells; a longer word is split."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, max(width, 1)))
    return lines


def hanging(line: str, width: int, indent: int = 2) -> str:
    """A line broken like `wrap`; what follows the first is indented."""
    first, *rest = wrap(line, width)
    below = wrap(line[len(first) :].lstrip(" "), width - indent) if rest else []
    return ("\n" + " " * indent).join([first, *below])


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    room = width
    for word in paragraph.split(" "):
        length = cell_len(word)
        needed = length + (1 if line else 0)
        if needed <= room:
            line = f"{line} {word}" if line else word
            room -= needed
            continue
        if line:
            lines.append(line)
        *full, line = _split_word(word, width)
        lines.extend(full)
        room = width - cell_len(line)
    lines.append(line)
    return lines


def _split_word(word: str, width: int) -> list[str]:
    if cell_len(word) <= width:
        return [word]
    pieces: list[str] = []
    piece, used = "", 0
    for character in word:
        size = cell_len(character)
        if piece and used + size > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += size
    pieces.append(piece)
    return pieces
