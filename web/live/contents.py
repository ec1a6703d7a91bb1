"""What the Python in the page consists of: what the first Run needs, and what may come later.

Whoever imports a part of the standard library or of NumPy that the first Run did not bring gets
it at once, from one of two archives (``later.py``): the whole library, and the rest of NumPy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from web.fetched.fetch import fetch
from web.live.archives import archive, unpacked
from web.live.bytecode import Bytecode, BytecodeError, bytecode

HERE = Path(__file__).parent
OURS = ("run_cell.py", "later.py")  # of this folder
TO_COMPILE = (".a", ".c", ".h", ".pxd", ".pyi")  # in NumPy's wheel, of no use in a page


@dataclass(frozen=True)
class Contents:
    library: bytes  # the archive from which Python imports its standard library
    numpy: dict[str, bytes]  # files in site-packages
    book: dict[str, bytes]  # more of them: what changes with the book
    later: dict[str, bytes]  # archives by name, fetched when something of them is imported


def contents(wheel: Path, say: Callable[[str], None]) -> Contents:
    """From Pyodide, its NumPy and the wheel of ``embedlib``."""
    library = (fetch("pyodide") / "python_stdlib.zip").read_bytes()
    numpy = {
        name: content
        for name, content in unpacked(numpy_wheel().read_bytes()).items()
        if not name.endswith(TO_COMPILE)
    }
    book = unpacked(wheel.read_bytes())
    book |= {name: (HERE / name).read_bytes() for name in OURS}
    book["IPython/lib/pretty.py"] = pretty().read_bytes()
    try:
        return trimmed(library, numpy, book, bytecode(numpy | book, say))
    except BytecodeError as problem:
        say(f"WITHOUT BYTECODE, the page starts at half the speed: {problem}")
        return Contents(stored(unpacked(library)), numpy, book | {"later.json": b"{}"}, {})


def trimmed(
    library: bytes, numpy: Mapping[str, bytes], book: Mapping[str, bytes], made: Bytecode
) -> Contents:
    """Bytecode of what the first Run imports; the rest, and the sources, come later.

    The book's own modules have their sources beside them: readers look into them.
    """
    modules = {name: numpy[name] for name in made.extensions}
    modules |= {name: numpy[name] for name in numpy if name.endswith(".dist-info/METADATA")}
    book = dict(book)
    for name, content in made.modules.items():
        if name in book:
            book[beside(name, made.tag)] = content
        else:
            modules[f"{name}c"] = content
    names = {
        "library": left_out(unpacked(library), made.library),
        "numpy": left_out(numpy, [*made.modules, *made.extensions]),
    }
    book["later.json"] = json.dumps(names, separators=(",", ":")).encode()
    start = {f"{name}c": content for name, content in made.library.items()}
    rest = {name: content for name, content in numpy.items() if name not in made.extensions}
    later = {"library": library, "numpy": archive(rest)}
    return Contents(stored(start), ordered(modules), ordered(book), later)


def stored(files: Mapping[str, bytes]) -> bytes:
    """An archive whose files are as they are: the pack in which it travels is compressed."""
    return archive(files, compressed=False)


def ordered(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return dict(sorted(files.items()))


def beside(name: str, tag: str) -> str:
    """Where Python looks for the bytecode of a source."""
    folder, _, file = name.rpartition("/")
    path = f"__pycache__/{file.removesuffix('.py')}.{tag}.pyc"
    return f"{folder}/{path}" if folder else path


def left_out(files: Iterable[str], brought: Iterable[str]) -> list[str]:
    return sorted({*modules_of(files)} - {*modules_of(brought)})


def modules_of(files: Iterable[str]) -> list[str]:
    """The names under which files are imported: ``fft/__init__.py`` is ``fft``.

    The folders above them are among them: they are imported first, also those without a file.
    """
    found = set()
    for name in files:
        if name.endswith((".py", ".so")):
            folder, _, file = name.rpartition("/")
            stem = file.split(".")[0]
            parts = folder.split("/") if folder else []
            if stem != "__init__":
                parts.append(stem)
            found |= {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
    return sorted(found)


def numpy_wheel() -> Path:
    return next(fetch("pyodide-numpy").glob("*.whl"))


def pretty() -> Path:
    """IPython's printer of values, of which run_cell.py needs this file alone."""
    return Path(str(distribution("ipython").locate_file("IPython/lib/pretty.py")))
