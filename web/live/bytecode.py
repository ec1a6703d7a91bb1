"""Bytecode for the Python in the page, made while building: the page then compiles nothing.

Compiling the standard library, NumPy and ``embedlib`` was half of the wait for a first result.
The bytecode is made by the page's own Python (``engine.py``), and kept by the hash of all that
goes into it.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from web.book.editions import ROOT
from web.fetched.fetch import cache, fetch, forget_old, keep
from web.live.archives import archive, unpacked

HERE = Path(__file__).parent
MAKERS = ("engine.py", "engine.js", "in_engine.py", "bytecode.py")
SECONDS = 300  # that V8 may take: some ten on a quiet machine
KEPT = 4  # answers that stay in the cache: of a few branches, say


class BytecodeError(Exception):
    """No bytecode can be made here; the message is one line."""


@dataclass(frozen=True)
class Bytecode:
    """Of the modules that the first Run imports, by the paths of their sources."""

    library: dict[str, bytes]  # paths in the archive of the standard library
    modules: dict[str, bytes]  # paths in site-packages
    extensions: frozenset[str]  # modules in WebAssembly that the first Run imports, as they are
    tag: str  # in the names of files beside their sources, such as cpython-314


def bytecode(modules: Mapping[str, bytes], say: Callable[[str], None]) -> Bytecode:
    """For the page's Python with these modules beside its standard library."""
    sources = archive(modules, compressed=False)
    place = cache() / f"bytecode-{digest(sources)}.zip"
    if not place.is_file():
        say("bytecode for the Python in the page: made in V8 by that Python, and kept")
        keep(place, made(sources))
        forget_old(place.parent, "bytecode-*.zip", KEPT)
    place.touch()  # in use
    found = unpacked(place.read_bytes())
    about = json.loads(found.pop("about.json"))
    return Bytecode(
        library=below("library/", found),
        modules=below("modules/", found),
        extensions=frozenset(about["extensions"]),
        tag=about["tag"],
    )


def digest(sources: bytes) -> str:
    """Of all that goes in: Pyodide, by its version and hashes, the sources, and what compiles."""
    pyodide = fetch("pyodide")
    hashed = hashlib.sha256(sources)
    for path in (
        *(pyodide / name for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")),
        pyodide / "python_stdlib.zip",
        *(HERE / name for name in MAKERS),
    ):
        hashed.update(hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()[:16]


def made(sources: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder, "sources.zip"), Path(folder, "answer.zip")
        given.write_bytes(sources)
        command = [sys.executable, "-m", "web.live.engine", str(given), str(answer)]
        try:
            run = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise BytecodeError(f"V8: {problem}") from problem
        if run.returncode or not answer.is_file():
            lines = run.stderr.strip().splitlines() or [f"V8 ended with {run.returncode}"]
            raise BytecodeError(lines[-1])
        return answer.read_bytes()


def below(start: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n.removeprefix(start): content for n, content in files.items() if n.startswith(start)}
