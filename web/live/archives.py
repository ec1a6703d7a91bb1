"""Zip archives that are the same bytes for the same files, whoever writes them and when."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

THEN = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold


def archive(files: Mapping[str, bytes], *, compressed: bool = True) -> bytes:
    how = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as writing:
        for name, content in sorted(files.items()):
            writing.writestr(zipfile.ZipInfo(name, THEN), content, how, 9)
    return target.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as reading:
        names = [name for name in reading.namelist() if not name.endswith("/")]
        return {name: reading.read(name) for name in names}
