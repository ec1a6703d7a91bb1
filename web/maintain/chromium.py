"""Find a Chromium for the browser tests, or install one where the machine allows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"  # Chromium without windows: the tests take half the time
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
HOW = (
    "Install one "
    "(apt install chromium, or .venv/bin/playwright install --only-shell chromium) "
    "or name one: CHROMIUM=/path"
)
CURE = f"No Chromium: the website cannot be tested in a browser. {HOW}"

ASK = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path, end="")
"""


def find() -> str | None:
    """The path of a Chromium: the variable CHROMIUM, one without windows, a whole one.

    Of each kind first one on PATH, then Playwright's own.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    if path := shutil.which(SHELL):
        return path
    shell, whole = playwrights_own()
    on_path = next(filter(None, map(shutil.which, WHOLE)), None)
    return shell or on_path or whole


def playwrights_own() -> tuple[str | None, str | None]:
    """What Playwright has downloaded: Chromium without windows, and the whole one."""
    # in a process of its own: whoever asks may have a Playwright running, and two do not get on
    chromium = Path(subprocess.check_output([sys.executable, "-c", ASK], text=True))
    # .../chromium-1255/...; the shell is downloaded beside it
    revision = next(folder for folder in chromium.parents if folder.name.startswith("chromium-"))
    shells = revision.with_name(revision.name.replace("chromium", "chromium_headless_shell"))
    shell = next(map(str, shells.glob("*/*headless*shell")), None)
    return shell, str(chromium) if chromium.exists() else None


def install() -> None:
    """Playwright's download first; where it is out of reach, Debian's package as root."""
    download = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    try:
        subprocess.run(download, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        print("Playwright's download did not end in ten minutes", file=sys.stderr)
    if find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"], check=False)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for package in (SHELL, "chromium"):  # older systems have the second alone
            command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
            if subprocess.run(command, check=False, env=quiet).returncode == 0:
                break


if __name__ == "__main__":
    if find() is None:
        install()
    print(find() or CURE)
