"""The types of a notebook: mypy over its code cells, told as cell and line.

Not strict: code of a chapter has no annotations, reuses names, and knows what ``grad`` is at that
moment. What counts is what mypy finds in a call: an argument that does not exist or has another
type, a name that a module or a class has not. Cells that raise on purpose are left out.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from mypy import api

from web.book.editions import ROOT
from web.book.notebooks import stored, tags

COUNTS = {"call-arg", "arg-type", "attr-defined"}
# Calls of torch and Matplotlib are tried by running them; reading their types takes half a minute.
CONFIG = f"""
[mypy]
check_untyped_defs = true
ignore_missing_imports = true
cache_dir = {ROOT / ".mypy_cache" / "chapters"}
[mypy-torch.*,matplotlib.*]
follow_imports = skip
"""
MAGIC = re.compile(r"^( *)(?=[%!])", re.MULTILINE)
MESSAGE = re.compile(r"(\w+)\.py:(\d+): error: (.*)  \[([\w-]+)\]")


def code_of(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of all code cells, each with its cell and line, counted from 1."""
    for number, cell in enumerate(stored(path)["cells"], 1):
        if cell["cell_type"] == "code" and "raises-exception" not in tags(cell):
            source = MAGIC.sub(r"\1pass  # ", cell["source"])
            for line, text in enumerate(source.splitlines(), 1):
                yield text, f"cell {number}, line {line}"


def type_errors(notebooks: Iterable[Path]) -> list[str]:
    places: dict[str, list[tuple[Path, str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for path in notebooks:
            name = f"chapter_{path.stem}"
            code = list(code_of(path))
            places[name] = [(path, place) for _, place in code]
            Path(folder, f"{name}.py").write_text("\n".join(text for text, _ in code), "utf-8")
        config = Path(folder, "mypy.ini")
        config.write_text(CONFIG, "utf-8")
        said, failed, _ = api.run([f"--config-file={config}", folder])
    assert not failed, failed
    return [
        f"{path.name}, {place}: {message}"
        for name, line, message, kind in MESSAGE.findall(said)
        if kind in COUNTS
        for path, place in [places[name][int(line) - 1]]
    ]
