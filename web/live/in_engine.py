"""Runs in Pyodide while the site is built: what the first Run imports, and bytecode of it.

Bytecode must come from the very Python that reads it, so the build asks that Python.
"""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from typing import Any

# What happens in a page before the first result, and while an error is shown, with the kind of the
# outcome. What the book's cells import beyond that belongs here, too (NumPy's unique imports
# numpy.ma): a test asks for it.
CELLS = {
    "import numpy as np\n\nimport embedlib\n\nnp.random.default_rng(0).normal(size=2)": "result",
    "import embedlib.functional as F\n\nnp.unique([1, 1])": "result",
    "print(np.zeros(2))\nraise ValueError('shown')": "error",
    "print('a syntax error": "error",
}


def prepare(sources: str) -> None:
    """Put the modules of the page beside the standard library."""
    with zipfile.ZipFile(sources) as archive:
        archive.extractall(site_packages())
    importlib.invalidate_caches()


def site_packages() -> str:
    """As it stands in ``sys.path``; sysconfig says it with two strokes at its start."""
    return "/" + sysconfig.get_path("purelib").lstrip("/")


def start() -> None:
    """Do what worker.mjs does, and run a few cells."""
    run_cell: Any = importlib.import_module("run_cell")
    run_cell.use_wide_integers()
    importlib.import_module("later")
    namespace = {"__name__": "__main__"}
    for cell, expected in CELLS.items():
        outputs: list[tuple[str, str]] = []
        run_cell.run_cell(cell, "<cell>", namespace, lambda *output, to=outputs: to.append(output))
        if not outputs or outputs[-1][0] != expected:
            raise RuntimeError(f"{cell!r} gave {outputs}")


def files(library: str, modules: str) -> Iterator[tuple[str, str]]:
    """Where each module that was imported lies, and the name of its file in the answer."""
    roots = {f"{library}/": "library/", f"{modules}/": "modules/"}
    places = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    for place in sorted(places):
        for root, name in roots.items():
            if place.startswith(root):
                yield place, name + place.removeprefix(root)


def answer(target: str) -> None:
    """Write the bytecode of each module in use, by the name of its source; extensions are named.

    Unchecked: Python takes it as it is, and never looks whether there is a source, or a newer one.
    """
    external: Any = importlib.import_module("importlib._bootstrap_external")
    imp: Any = importlib.import_module("_imp")
    library = vars(importlib.import_module("json"))["__loader__"].archive
    extensions = []
    with zipfile.ZipFile(target, "w") as archive, zipfile.ZipFile(library) as sources:
        for place, name in files(library, site_packages()):
            if not name.endswith(".py"):
                extensions.append(name.removeprefix("modules/"))
                continue
            if name.startswith("library/"):
                source = sources.read(name.removeprefix("library/"))
            else:
                with open(place, "rb") as file:
                    source = file.read()
            # The place is part of the bytecode: tracebacks and inspect look there for the source.
            code = compile(source, place, "exec", dont_inherit=True, optimize=0)
            digest = imp.source_hash(imp.pyc_magic_number_token, source)
            content = bytes(external._code_to_hash_pyc(code, digest, False))
            archive.writestr(zipfile.ZipInfo(name), content)  # without the time, which differs
        about = {"tag": sys.implementation.cache_tag, "extensions": extensions}
        archive.writestr(zipfile.ZipInfo("about.json"), json.dumps(about))
