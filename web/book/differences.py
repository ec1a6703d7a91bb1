"""What differs from torch: the table, and the part of it that the reference shows.

``web/book/differences.csv`` has a row for each thing that torch has and `embedlib` has not, or has
in another way. ``tests/book/test_differences.py`` walks both and holds the table complete. Rows
with ``shown`` are what a reader could miss: the reference tells them where the name is explained.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from web.book.terms import TableError

TABLE = Path(__file__).with_name("differences.csv")
FILE = "web/book/differences.csv"
KINDS = ("argument", "method", "attribute", "group", "behaviour")
HOWS = ("absent", "other", "ours only")
# Module.parameters(recurse), or SGD|Adam(foreach|fused), or Parameter.*
PART = re.compile(r"([\w|]+)(?:\.([\w|*]+))?(?:\(([\w|*]+)\))?")
BEHAVIOUR = re.compile(r"([\w|]+): .+")  # Linear: what it does


@dataclass(frozen=True)
class Row:
    """A difference. In its name ``, `` joins things, ``|`` names, and ``*`` stands for letters."""

    name: str
    kind: str
    how: str
    shown: str
    english: str
    chinese: str

    @property
    def owners(self) -> list[str]:
        """The classes or functions that it is about."""
        behaviour = BEHAVIOUR.fullmatch(self.name)
        parts = [behaviour] if behaviour else map(PART.fullmatch, self.name.split(", "))
        return [owner for part in parts if part for owner in part[1].split("|")]

    @property
    def patterns(self) -> list[str]:
        """Each name that it stands for, spelled out: ``Module.train``, ``SGD(foreach)``."""
        found = []
        for part in map(PART.fullmatch, self.name.split(", ")):
            assert part
            members = [f".{name}" for name in (part[2] or "").split("|") if name] or [""]
            arguments = [f"({name})" for name in (part[3] or "").split("|") if name] or [""]
            found += [o + m + a for o in part[1].split("|") for m in members for a in arguments]
        return found


def covers(pattern: str, name: str) -> bool:
    """A ``*`` stands for names, and not for the arguments of a method.

    >>> covers("Module.*hook", "Module.register_forward_hook"), covers("Module.*", "Module.to(x)")
    (True, False)
    """
    if "(" in pattern:  # there, * and ** are part of the name: Module.state_dict(*args)
        return pattern == name
    return "(" not in name and fnmatchcase(name, pattern)


@lru_cache(1)
def rows() -> list[Row]:
    """The table, checked for its form."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = [Row(**row) for row in csv.DictReader(file)]
    names = [row.name for row in found]
    for row in found:
        if fault := _fault(row, names.count(row.name)):
            raise TableError(f"{FILE}, row {row.name!r}. Cure: {fault}")
    return found


def _fault(row: Row, times: int) -> str | None:
    behaviour = BEHAVIOUR.fullmatch(row.name)
    if not behaviour and not all(map(PART.fullmatch, row.name.split(", "))):
        return "write Class.member, Class(argument), Class.member(argument) or Class: what it does"
    if times > 1:
        return "write it once"
    if row.kind not in KINDS or row.how not in HOWS or row.shown not in ("yes", "no"):
        return f"kind is one of {KINDS}, how one of {HOWS}, shown yes or no"
    if bool(behaviour) != (row.kind == "behaviour"):
        return "what a thing does (Class: …) is a behaviour, and nothing else is"
    if bool(row.english) != bool(row.chinese) or (row.shown == "yes" and not row.english):
        return "say it in one sentence in both languages, or, where it is not shown, in none"
    return None


def sentences(path: str, code: str) -> list[str]:
    """What the entry of `path` says: ``embedlib.optim.SGD`` tells the rows of ``SGD``."""
    owner = path.rpartition(".")[2]
    return [
        row.english if code == "en" else row.chinese
        for row in rows()
        if row.shown == "yes" and row.owners[0] == owner
    ]
