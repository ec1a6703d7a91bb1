"""Places that are gone from their page, and where their readers are led now: ``moved.csv``.

A cell, a figure or a section has an address that readers have kept (``#cell-c015``). When it goes,
a line says what replaced it, on the same page or on another one.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from web.book.editions import ROOT

TABLE = ROOT / "web" / "book" / "moved.csv"


@dataclass(frozen=True)
class Move:
    old_page: str  # 04_padding_idx
    old_place: str  # cell-c015
    page: str
    place: str

    @property
    def stays(self) -> bool:
        """On its page."""
        return self.page == self.old_page


@lru_cache(1)
def moves() -> list[Move]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Move(**row) for row in csv.DictReader(file)]
