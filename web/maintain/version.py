"""Write a new version everywhere it stands: ``make version V=0.2.0``.

All places are found first; when one of them is not as expected, nothing is written.
"""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path

from web.book.editions import ROOT
from web.book.notebooks import paths

VERSION = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", re.ASCII)
# The line of a file, with {} for what changes.
LINES = {
    "pyproject.toml": 'version = "{}"',
    "embedlib/__init__.py": '__version__ = "{}"',
    "CITATION.cff": "version: {}",
}
RELEASED = re.compile(r"^date-released: .*$", re.MULTILINE)
WHEEL = re.compile(rf"(embedlib-){VERSION.pattern}(-py3-none-any\.whl)")


class VersionError(Exception):
    """A version is refused, or a place is not found; the message is one line."""


def in_line(path: Path, form: str, version: str) -> str:
    before, after = map(re.escape, form.split("{}"))
    text, count = re.subn(
        rf"^({before}){VERSION.pattern}({after})$",
        rf"\g<1>{version}\g<2>",
        path.read_text("utf-8"),
        flags=re.MULTILINE,
    )
    if count != 1:
        raise VersionError(f"{path.name} has {count} lines “{form.format('…')}”, not one")
    return text


def changed(version: str) -> dict[Path, str]:
    """The new text of every file that names the version; notebooks name the wheel."""
    if not VERSION.fullmatch(version):
        raise VersionError(f"V={version}: expected three numbers, as in make version V=0.2.0")
    texts = {ROOT / name: in_line(ROOT / name, form, version) for name, form in LINES.items()}
    citation = ROOT / "CITATION.cff"
    texts[citation] = RELEASED.sub(f"date-released: {datetime.date.today()}", texts[citation])
    for path in paths():
        text, count = WHEEL.subn(rf"\g<1>{version}\g<2>", path.read_text("utf-8"))
        if count:
            texts[path] = text
    return texts


def main() -> None:
    (version,) = sys.argv[1:]
    try:
        texts = changed(version)
    except VersionError as refusal:
        sys.exit(f"make version: {refusal}")
    for path, text in texts.items():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT))
    print(f"version {version} stands in {len(texts)} files")


if __name__ == "__main__":
    main()
