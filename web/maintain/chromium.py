"""Find a Chromium for the browser tests, or install one where the machine allows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"  # Chromium without windows: the tests take half the time
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
CURE = (
    "No Chromium: the website cannot be tested in a browser. Install one "
    "(apt install chromium, or .venv/bin/playwright install chromium) or name one: CHROMIUM=/path"
)


def find() -> str | None:
    """The path of a Chromium: the variable CHROMIUM, one on PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = Path(playwright.chromium.executable_path)
    revision = chromium.parents[1]  # chromium-1255; the shell is downloaded beside it
    shells = revision.with_name(revision.name.replace("chromium", "chromium_headless_shell"))
    there = [*shells.glob("*/*headless*shell"), chromium]
    return next((str(program) for program in there if program.exists()), None)


def install() -> None:
    """Playwright's download first; where it is out of reach, Debian's package as root."""
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
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
