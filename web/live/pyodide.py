"""Python for the browser: what ``web.site.build`` puts into the site for the live cells.

What the first Run needs of Pyodide, NumPy and ``embedlib``, and what may be asked for later, lies
in one folder that both editions share.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import shutil
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from web.book.editions import EDITIONS
from web.book.words import WORDS
from web.fetched.fetch import fetch
from web.live.archives import archive
from web.live.contents import contents

LICENCES = Path(__file__).with_name("licences")
SCRIPTS = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


def ship(site: Path, wheel: Path, say: Callable[[str], None]) -> None:
    """Put Python for the browser into the site, and tell the scripts where it is."""
    folder = site / f"pyodide-{version()}"
    shutil.copytree(LICENCES, folder)
    ipython = distribution("ipython")
    licence = next(path for path in ipython.files or [] if path.name == "LICENSE")
    shutil.copy(str(ipython.locate_file(licence)), folder / "IPython.txt")
    for name in SCRIPTS:
        shutil.copy(fetch("pyodide") / name, folder)
    python = contents(wheel, say)
    (folder / "python_stdlib.zip").write_bytes(python.library)
    (folder / "modules.zip").write_bytes(archive(python.modules))
    (folder / "later").mkdir()
    for name, content in python.later.items():
        (folder / "later" / f"{name}.zip").write_bytes(content)
    for code in EDITIONS:
        scripts = site / code / "_static" / "live"
        files = [folder / name for name in (*SCRIPTS, "python_stdlib.zip", "modules.zip")]
        files.append(scripts / "worker.mjs")
        edition = {
            "words": WORDS["live"][code],
            "lock": json.loads((fetch("pyodide") / "pyodide-lock.json").read_text())["info"],
            "files": [describe(path.name, path, scripts) for path in files],
            "later": [
                describe(name, folder / "later" / f"{name}.zip", scripts) for name in python.later
            ],
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
