"""Run one cell as Jupyter does. This file runs in the reader's browser, under Pyodide.

What a cell gives goes to ``emit(kind, text)``. The kinds are ``stdout``, ``stderr``, ``result``
(the value of the last line), ``picture`` (such a value, as SVG) and ``error``; the texts are those
that a notebook would store.
"""

from __future__ import annotations

import ast
import builtins
import functools
import io
import linecache
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from IPython.lib.pretty import pretty

Emit = Callable[[str, str], None]
MAKERS = ("array", "asarray", "arange")  # of NumPy: what a reader writes down goes through them
TAKERS = {"repeat": (1, "repeats"), "choose": (0, "a"), "put": (1, "ind")}  # where the places are
BEFORE, AFTER = 4, 3  # lines around the one that fails, as Jupyter shows them


def use_wide_integers() -> None:
    """Let NumPy make 64-bit integers of those that are written down, as on a computer.

    In the browser addresses have 32 bits, and so has NumPy's own int. Numbers in an array that a
    reader writes are those that he calculates with: made wide, they do not overflow, and show the
    types of the stored outputs. What NumPy makes by itself (``np.argmax``, ``x.astype(int)``)
    stays narrow, as its methods cannot be replaced; ``embedlib`` takes both kinds as ids.
    """
    import numpy as np
    from numpy._core import arrayprint

    for name in MAKERS:
        setattr(np, name, widened(getattr(np, name)))
    for name, (position, keyword) in TAKERS.items():
        setattr(np, name, with_places(getattr(np, name), position, keyword, np.intp))
    # Both kinds are printed without their name, as 64-bit integers are in the stored outputs.
    vars(arrayprint)["_typelessdata"] = [*vars(arrayprint)["_typelessdata"], np.int64]


def widened(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make`, but int64 instead of int32 where its caller names no type, and gives none."""
    import numpy as np

    @functools.wraps(make)
    def wide(*values: Any, **options: Any) -> Any:
        made = make(*values, **options)
        typed = hasattr(values[0], "dtype") if values else True
        typed = typed or any(isinstance(v, type | np.dtype | str) for v in values[1:])
        if made.dtype == np.int32 and not typed and options.get("dtype") is None:
            return made.astype(np.int64)
        return made

    return wide


def with_places(
    take: Callable[..., Any], position: int, keyword: str, address: type
) -> Callable[..., Any]:
    """`take`, which refuses wide integers for places or counts: now it gets them as `address`."""

    def narrow(value: Any) -> Any:
        return value.astype(address) if getattr(value, "dtype", None) == "int64" else value

    @functools.wraps(take)
    def taking(*values: Any, **options: Any) -> Any:
        given = list(values)
        if len(given) > position:
            given[position] = narrow(given[position])
        if keyword in options:
            options[keyword] = narrow(options[keyword])
        return take(*given, **options)

    return taking


class Stream(io.TextIOBase):
    """Where ``print`` writes while a cell runs."""

    def __init__(self, kind: str, emit: Emit) -> None:
        self.kind, self.emit = kind, emit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.emit(self.kind, text)
        return len(text)


def run_cell(source: str, name: str, namespace: dict[str, Any], emit: Emit) -> str | None:
    """Run ``source``; return what is missing (``ModuleNotFoundError.name``), or None.

    ``name`` stands for a file: it tells the lines of this cell from all others.
    """
    lines = source.splitlines()
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)

    def display(*values: Any) -> None:
        for value in values:
            emit(*look(value))

    vars(builtins)["display"] = display
    try:
        with redirect_stdout(Stream("stdout", emit)), redirect_stderr(Stream("stderr", emit)):
            value = execute(source, name, namespace)
            if value is not None:
                namespace["_"] = value
                emit(*look(value))
    except BaseException as error:  # the page goes on, whatever a cell raises
        emit("error", explain(error, name, lines))
        return getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    return None


def execute(source: str, name: str, namespace: dict[str, Any]) -> Any:
    """The value of the last line, if that is an expression and no semicolon hides it."""
    body = ast.parse(source, name).body
    last = body[-1] if body else None
    lines = body[:-1] if isinstance(last, ast.Expr) else body
    exec(compile(ast.Module(lines, []), name, "exec", dont_inherit=True), namespace)
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace)
    return None if source.rstrip().endswith(";") else value


def look(value: Any) -> tuple[str, str]:
    """A value as a page shows it: as its picture where it has one, as text where not."""
    draw = getattr(type(value), "_repr_svg_", None)  # a class itself has no picture
    svg = draw(value) if draw else None
    return ("result", pretty(value)) if svg is None else ("picture", svg)


def explain(error: BaseException, name: str, lines: list[str]) -> str:
    """The reader's own line and the message, in the form of the stored tracebacks."""
    if isinstance(error, SyntaxError) and error.filename == name:
        parts = traceback.format_exception_only(error)
        return f"line {error.lineno}\n" + "".join(parts[1:]).rstrip("\n")
    message = f"{type(error).__name__}: {error}"
    frames = traceback.walk_tb(error.__traceback__)
    at = next((line for frame, line in frames if frame.f_code.co_filename == name), 0)
    if not at:
        return message
    shown = range(max(1, at - BEFORE), min(len(lines), at + AFTER) + 1)
    excerpt = "\n".join(number(n, n == at) + lines[n - 1] for n in shown)
    return f"line {at}\n{excerpt}\n\n{message}"


def number(n: int, failing: bool) -> str:
    """A line's number in seven places; the failing one's after an arrow."""
    return f"{'-' * (5 - len(str(n)))}> {n} " if failing else f"{n:>7} "
