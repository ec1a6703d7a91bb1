"""Cells that only compare with torch, tagged ``referee``: how many checks they make.

The website folds such a cell behind one line, "torch agrees (3 checks)". The line is true because
nbval runs the cell and reports an error in it; of a cell that is passed over, or in which an error
is allowed, it would be an empty claim.
"""

from __future__ import annotations

import ast
import re

from web.book.notebooks import Cell, tags

CHECK = re.compile(r"(np|numpy)\.testing\.assert_\w+|torch\.testing\.assert_close")
# nbval takes them as tags and, in capitals, as comments.
UNPROVED = {"nbval-skip", "nbval-raises-exception", "raises-exception"}
COMMENT = re.compile(r"#\s*(NBVAL_SKIP|NBVAL_RAISES_EXCEPTION)\b")


def is_referee(cell: Cell) -> bool:
    return "referee" in tags(cell)


def is_proved(cell: Cell) -> bool:
    """nbval runs the cell, and an error in it is a failure."""
    return not UNPROVED & set(tags(cell)) and not COMMENT.search(cell["source"])


def checks(source: str) -> int:
    """How many assertions stand in the code, each counted once, also in a loop."""
    try:
        return sum(map(is_check, ast.walk(ast.parse(source))))
    except SyntaxError:  # a command of Jupyter is no check
        return 0


def is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return bool(CHECK.fullmatch(ast.unparse(node.func)))
    return isinstance(node, ast.Assert)
