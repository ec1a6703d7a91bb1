"""Python for the browser: what ``web.site.build`` puts into the site for the live cells.

Pyodide, NumPy and the wheel of ``embedlib`` lie in one folder that both editions share.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import shutil
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from web.book.editions import EDITIONS
from web.book.words import WORDS
from web.fetched.fetch import fetch

LICENCES = Path(__file__).with_name("licences")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def ship(site: Path, wheel: Path) -> None:
    """Put Python for the browser into the site, and tell the scripts where it is."""
    folder = site / f"pyodide-{version()}"
    shutil.copytree(LICENCES, folder)
    ipython = distribution("ipython")
    licence = next(path for path in ipython.files or [] if path.name == "LICENSE")
    shutil.copy(str(ipython.locate_file("IPython/lib/pretty.py")), folder)
    shutil.copy(str(ipython.locate_file(licence)), folder / "IPython.txt")
    numpy = next(fetch("pyodide-numpy").glob("*.whl"))
    for path in (*(fetch("pyodide") / name for name in PYODIDE), numpy):
        shutil.copy(path, folder)
    files = {name: folder / name for name in (*PYODIDE, "pretty.py")}
    files |= {"numpy": folder / numpy.name, "embedlib": wheel}
    for code in EDITIONS:
        scripts = site / code / "_static" / "live"
        files["run_cell.py"] = scripts / "run_cell.py"
        edition = {
            "words": WORDS["live"][code],
            "lock": json.loads((fetch("pyodide") / "pyodide-lock.json").read_text())["info"],
            "files": [describe(name, path, scripts) for name, path in files.items()],
        }
        text = f"export default {json.dumps(edition, ensure_ascii=False, indent=1)};\n"
        (scripts / "edition.mjs").write_text(text, "utf-8")


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
