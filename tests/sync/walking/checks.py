"""The checks of the walks as they stand in the source: what each says when it fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
VALUE = "…"
"""In the place of what a message fills in."""
WHERE = ("attaching", "doing", "invariants", "paging")


class Check(msgspec.Struct, frozen=True):
    """One assertion that names its invariant."""

    number: int
    words: str
    function: str = ""
    """Which function of the walks looks."""

    def is_meant_by(self, says: str) -> bool:
        """Whether a message that begins so is this check's."""
        first, *rest = self.words.removesuffix(VALUE).split(VALUE)
        pattern = re.escape(first) + "".join(r"\S+" + re.escape(part) for part in rest)
        return re.match(pattern, says) is not None or self.words.startswith(says)


def checks_of_the_walks() -> list[Check]:
    """Every message of an assertion that begins with `invariant <number>:`."""
    found = []
    for name in WHERE:
        for function, node in _nodes(ast.parse((HERE / f"{name}.py").read_text())):
            message = node.msg if isinstance(node, ast.Assert) else None
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                message = node.exc.args[0]
            words = _words(message)
            if (named := re.match(r"invariant (\d+): ", words)) is not None:
                found.append(Check(int(named[1]), words, function))
    return found


def _nodes(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node, with the function of the module that it stands in."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from ((function.name, node) for node in ast.walk(function))


def _words(message: ast.expr | None) -> str:
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return message.value
    if isinstance(message, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else VALUE for part in message.values
        )
    return ""
