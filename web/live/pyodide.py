"""Python for the browser: what ``web.site.build`` puts into the site for the live cells.

What the first Run needs of Pyodide, NumPy and ``embedlib``, and what may be asked for later, lies
in one folder that both editions share.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from web.book.editions import EDITIONS
from web.book.words import WORDS
from web.fetched.fetch import fetch
from web.live.contents import contents
from web.live.packs import pack

LICENCES = Path(__file__).with_name("licences")
FIRST = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")  # in the order of their need
SCRIPTS = ("worker.mjs", "unlzma.mjs")  # of the thread in which Python runs


def ship(site: Path, wheel: Path, say: Callable[[str], None]) -> None:
    """Put Python for the browser into the site, and tell the scripts where it is."""
    folder = site / f"pyodide-{version()}"
    shutil.copytree(LICENCES, folder)
    ipython = distribution("ipython")
    licence = next(path for path in ipython.files or [] if path.name == "LICENSE")
    shutil.copy(str(ipython.locate_file(licence)), folder / "IPython.txt")
    python = contents(wheel, say)
    files = {name: (fetch("pyodide") / name).read_bytes() for name in FIRST}
    files |= {"python_stdlib.zip": python.library, **below_modules(python.numpy)}
    packs = {
        "python.pack": pack("Python", files, say),
        "book.pack": pack("embedlib", below_modules(python.book), say),
    }
    for name, packed in packs.items():
        (folder / name).write_bytes(packed.content)
    (folder / "later").mkdir()
    for name, content in python.later.items():
        (folder / "later" / f"{name}.zip").write_bytes(content)
    for code in EDITIONS:
        scripts = site / code / "_static" / "live"
        edition = {
            "words": WORDS["live"][code],
            "lock": json.loads((fetch("pyodide") / "pyodide-lock.json").read_text())["info"],
            "scripts": [describe(name, scripts / name, scripts) for name in SCRIPTS],
            "packs": [
                {**describe(name, folder / name, scripts), "table": packed.table}
                for name, packed in packs.items()
            ],
            "later": [
                describe(name, folder / "later" / f"{name}.zip", scripts) for name in python.later
            ],
        }
        text = f"export default {json.dumps(edition, ensure_ascii=False)};\n"
        (scripts / "edition.mjs").write_text(text, "utf-8")


def below_modules(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """As the worker knows what belongs into site-packages."""
    return {f"modules/{name}": content for name, content in files.items()}


def describe(name: str, path: Path, scripts: Path) -> dict[str, Any]:
    """One file that Python needs: its size, and its address as seen from the scripts.

    The hash in the address makes a browser fetch it anew when it has changed.
    """
    content = path.read_bytes()
    address = posixpath.relpath(path.as_posix(), scripts.as_posix())
    digest = hashlib.sha256(content).hexdigest()[:8]
    return {"name": name, "address": f"{address}?v={digest}", "bytes": len(content)}


def version() -> str:
    return fetch("pyodide").name.removeprefix("pyodide-")
