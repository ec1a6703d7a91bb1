"""Node, which some checks need: that of make check, else the machine's."""

import re
import shutil
import subprocess

from tests.missing import skip_loudly
from web.book.editions import ROOT


def node() -> str:
    ours = ROOT / ".venv" / "bin" / "node"
    found = str(ours) if ours.exists() else shutil.which("node")
    if found is None or not re.match(r"v[2-9]\d", _version(found)):
        skip_loudly("Node 20 or newer is not here: make check brings it")
    return str(found)


def _version(found: str) -> str:
    return subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
