"""Modules and sources that are fetched when they are first asked for. Runs in the page.

The first Run brings what it imports itself, as bytecode; the rest of the standard library and of
NumPy lies in two archives of the site. Their sources are in them, too.
"""

from __future__ import annotations

import importlib
import io
import json
import linecache
import sys
import zipfile
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

find_lines: Any = linecache.updatecache


class Later:
    """A finder, asked where Python's own has found nothing."""

    def __init__(self, bring: Callable[[str], Any], sentence: str) -> None:
        """
        Args:
            bring: gives the content of an archive, or None if the connection breaks.
            sentence: what a reader is told then, with a place for the ``{name}``.
        """
        self.bring, self.sentence = bring, sentence
        names = json.loads(Path(__file__).with_name("later.json").read_text("utf-8"))
        self.names = {archive: frozenset(modules) for archive, modules in names.items()}
        self.library = vars(json)["__loader__"].archive  # the path of Python's own archive
        self.modules = str(Path(__file__).parent)
        self.here: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for archive, names in self.names.items():
            if name in names and archive not in self.here:
                if not self.fetch(archive):
                    raise ImportError(self.sentence.replace("{name}", name), name=name)
                return PathFinder.find_spec(name, path, target)
        return None

    def fetch(self, archive: str) -> bool:
        """Whether the archive came: Python finds what is in it as if it had always been there."""
        content = self.bring(archive)
        if content is None:
            return False
        if archive == "library":
            Path(self.library).write_bytes(content.to_bytes())
        else:
            with zipfile.ZipFile(io.BytesIO(content.to_bytes())) as files:
                files.extractall(self.modules)
        self.here.add(archive)
        importlib.invalidate_caches()
        return True

    def lines(self, filename: str, module_globals: Any = None) -> list[str]:
        """For tracebacks and ``inspect``: the lines of a source that came as bytecode alone."""
        lines: list[str] = find_lines(filename, module_globals)
        archive = "" if lines else self.archive_of(filename)
        if archive in self.names and archive not in self.here and self.fetch(archive):
            lines = find_lines(filename, module_globals)
        return lines

    def archive_of(self, filename: str) -> str:
        if filename.startswith(f"{self.library}/"):
            return "library"
        return "numpy" if filename.startswith(f"{self.modules}/numpy/") else ""


def install(bring: Callable[[str], Any], sentence: str) -> None:
    later = Later(bring, sentence)
    # Pyodide's own finders come behind: they explain what it does not have at all.
    sys.meta_path.insert(sys.meta_path.index(PathFinder) + 1, later)
    linecache.updatecache = later.lines
