"""Write the frozen tree: ``make freeze`` (``UPGRADE=1``: everything as new as it may be).

What the lists of requirements name is resolved for every system and every Python from 3.11 on, and
written into ``constraints.txt``. Without ``--upgrade`` a version changes only where a list asks
for it. It needs the package index; whoever reads or tests the book needs pip alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from web.book.editions import ROOT

FROZEN = ROOT / "web/maintain/constraints.txt"
LISTS = (
    "requirements.txt",
    "web/site/requirements.txt",
    "tests/requirements.txt",
    "web/maintain/javascript/requirements.txt",
    "web/maintain/requirements.txt",
)
OLDEST = "3.11"
HEAD = "# The whole tree, frozen: make freeze writes this file. Constraints, not requirements.\n"


class FreezeError(Exception):
    """The tree cannot be frozen; the message is one line."""


def wanted() -> str:
    """The lines of all lists that name a package; pip's options are for those who install."""
    lines = [line for name in LISTS for line in (ROOT / name).read_text("utf-8").splitlines()]
    return "\n".join(line for line in lines if not line.startswith(("#", "--"))) + "\n"


def run(*command: str) -> None:
    answer = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    if answer.returncode:
        lines = [line.strip(" ×╰─▶") for line in answer.stderr.splitlines() if line.strip()]
        raise FreezeError(f"{command[0]}: {lines[-1] if lines else 'no message'}")


def resolve(upgrade: bool) -> str:
    """The pinned tree, with a marker where a package is for some systems only."""
    with tempfile.TemporaryDirectory() as folder:
        needs, pins = Path(folder, "needs.txt"), Path(folder, "pins.txt")
        needs.write_text(wanted(), "utf-8")
        pins.write_text(FROZEN.read_text("utf-8"), "utf-8")  # uv keeps what it finds there
        options = ["--universal", "--python-version", OLDEST, "--no-header", "--no-annotate"]
        if upgrade:
            options.append("--upgrade")
        run("uv", "pip", "compile", *options, "--output-file", str(pins), str(needs))
        return HEAD + pins.read_text("utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true")
    upgrade = parser.parse_args().upgrade
    try:
        tool = ["--constraint", str(FROZEN), "--requirement", "web/maintain/requirements.txt"]
        run("pip", "install", "--quiet", "--disable-pip-version-check", *tool)
        frozen = resolve(upgrade)
    except FreezeError as refusal:
        sys.exit(f"make freeze: {refusal}. Nothing was changed (it needs the package index)")
    before = set(FROZEN.read_text("utf-8").splitlines())
    FROZEN.write_text(frozen, "utf-8")
    for line in sorted(before ^ set(frozen.splitlines())):
        print("-" if line in before else "+", line)
    print(f"written: {FROZEN.relative_to(ROOT)}. Now: make check, from a fresh clone")


if __name__ == "__main__":
    main()
