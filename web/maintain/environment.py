"""Set up ``.venv``: ``environment.py book`` (no torch), then ``test``, and ``check`` (Node).

Runs before anything is installed, so it needs the standard library alone. Each stage leaves a
stamp (``.venv/.book``, ``.venv/.test``, ``.venv/.check``) that tells make that it is done.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
JAVASCRIPT = ROOT / "web/maintain/javascript"
TORCH = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def pip(*arguments: str) -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "on", *arguments]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def say(message: str) -> None:
    print(f"\n== {message}", flush=True)


def create() -> None:
    if PYTHON.exists():
        return
    say(f"making {VENV} with Python {platform.python_version()}")
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, ImportError):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "Python cannot make virtual environments here. On Debian and Ubuntu: "
            f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )


def book() -> None:
    create()
    say("installing what builds the book (one or two minutes, about 300 MB on disk)")
    pinned = ["--constraint", str(ROOT / "web/maintain/constraints.txt")]
    if not pip(*pinned, "--requirement", str(ROOT / "web/site/requirements.txt")):
        sys.exit("setting up failed: pip could not install web/site/requirements.txt")
    if not pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT)):
        sys.exit("setting up failed: pip could not install embedlib (its message is above)")


def test() -> None:
    say("installing what tests the book (torch is the large one)")
    if platform.system() == "Linux" and not shutil.which("nvidia-smi"):
        # Without a GPU the gigabytes of CUDA that PyPI's torch brings are useless. A mirror
        # or a closed network may not know this index: then pip's own choice follows below.
        pip("--index-url", TORCH_CPU_INDEX, "--no-deps", "--timeout", "5", "--retries", "0", TORCH)
    # "make book" has installed what builds embedlib: nothing is fetched for that.
    lists = ["--requirement", "requirements.txt", "--requirement", "tests/requirements.txt"]
    if not pip("--no-build-isolation", *lists):
        sys.exit("setting up failed: pip could not install what tests the book")
    say("looking for Chromium, in which the website is tested")
    subprocess.run([str(PYTHON), "-m", "web.maintain.chromium"], cwd=ROOT)


def check() -> None:
    say("installing what reads the scripts: Node, ESLint, TypeScript (about 250 MB on disk)")
    pinned = ["--constraint", str(ROOT / "web/maintain/constraints.txt")]
    if not pip(*pinned, "--requirement", str(JAVASCRIPT / "requirements.txt")):
        sys.exit("setting up failed: pip could not install Node (its message is above)")
    # What the lock file names, by its hashes; no package may run a script of its own here.
    npm = [str(VENV / "bin" / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run([*npm, "--fetch-retries=1"], cwd=JAVASCRIPT).returncode:
        fault = "npm could not install what package-lock.json names (its message is above)"
        if os.environ.get("CI") == "true":
            sys.exit(f"setting up failed: {fault}")
        say(f"{fault}; going on without")
        sys.exit(0)  # and without the stamp: the next make check tries again


if __name__ == "__main__":
    stage = sys.argv[1]
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    stamp = VENV / f".{stage}"
    stamp.unlink(missing_ok=True)
    {"book": book, "test": test, "check": check}[stage]()
    stamp.touch()
