"""Packs: files one after the other, compressed by LZMA, which the page decodes as it arrives.

LZMA makes the Python of a page a third smaller than gzip does. Compressing takes seconds: a pack
is kept by the hash of what is in it.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from web.fetched.fetch import cache, forget_old, keep

KEPT = 8  # packs that stay in the cache: of a few branches, say
# What web/live/unlzma.mjs decodes, without a header. The dictionary holds the largest pack.
SETTINGS = {"preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 25}
FILTERS = [{"id": lzma.FILTER_LZMA1, **SETTINGS}]


@dataclass(frozen=True)
class Pack:
    table: list[tuple[str, int]]  # name and size of each file, in their order
    content: bytes

    @property
    def size(self) -> int:
        """Of all files, when they are unpacked."""
        return sum(size for _, size in self.table)


def pack(name: str, files: Mapping[str, bytes], say: Callable[[str], None]) -> Pack:
    """In the order of ``files``: what the page needs first stands first."""
    whole = b"".join(files.values())
    settings = json.dumps(SETTINGS, sort_keys=True).encode()
    place = cache() / f"pack-{hashlib.sha256(settings + whole).hexdigest()[:16]}.lzma"
    if not place.is_file():
        say(f"{name} for the page: compressed by LZMA, and kept")
        keep(place, lzma.compress(whole, lzma.FORMAT_RAW, filters=FILTERS))
        forget_old(place.parent, "pack-*.lzma", KEPT)
    place.touch()  # in use
    return Pack([(file, len(content)) for file, content in files.items()], place.read_bytes())
