"""No room grows past its reason unseen: how long a class and a module may be."""

from __future__ import annotations

import ast
from pathlib import Path

import qlue_desk

CLASS_LINES = 300
MODULE_LINES = 450
LONG_FOR_A_REASON = {"protocol.py": "every message of the wire, which both sides read in one place"}
ROOT = Path(qlue_desk.__file__).parent


def _modules() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")
    }


def test_no_class_is_longer_than_one_reads_at_once() -> None:
    long = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, source in _modules().items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno + 1 > CLASS_LINES
    }
    assert long == {}


def test_no_module_is_longer_except_for_a_named_reason() -> None:
    long = {name for name, source in _modules().items() if source.count("\n") > MODULE_LINES}
    assert long == LONG_FOR_A_REASON.keys()
