"""What the site sends as scripts: each can be read by an engine."""

import shutil
import subprocess

import pytest

from tests.node import node
from tests.pages import SITE

pytestmark = pytest.mark.check


def test_every_script_of_the_site_is_one(tmp_path):
    """The build leaves comments out: not more than these."""
    scripts = sorted(p for p in SITE.glob("*/_static/**/*") if p.suffix in {".js", ".mjs"})
    assert len(scripts) > 40
    for script in scripts:
        here = shutil.copy(script, tmp_path / f"script{script.suffix}")
        run = subprocess.run([node(), "--check", here], capture_output=True, text=True)
        assert run.returncode == 0, f"{script.relative_to(SITE)}: {run.stderr[:500]}"
