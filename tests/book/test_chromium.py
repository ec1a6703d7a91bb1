"""Which Chromium the browser tests take: one without windows before a whole one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from web.book.editions import ROOT
from web.maintain import chromium


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without any Chromium: a PATH, and a place for Playwright's downloads."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path


def test_one_without_windows_comes_before_a_whole_one(machine, monkeypatch):
    """From the last choice to the first: each is taken as soon as it is there."""

    def downloaded(shell, whole):
        monkeypatch.setattr(chromium, "playwrights_own", lambda: (shell, whole))

    downloaded(None, None)
    assert chromium.find() is None
    downloaded(None, "whole")
    assert chromium.find() == "whole"
    chrome = program(machine / "bin" / "google-chrome")
    assert chromium.find() == chrome
    downloaded("shell", "whole")
    assert chromium.find() == "shell"
    debians = program(machine / "bin" / "chromium-headless-shell")
    assert chromium.find() == debians


def test_what_playwright_downloads_is_found_where_it_puts_it(machine):
    command = ["-m", "playwright", "install", "--dry-run", "--only-shell", "chromium"]
    answer = subprocess.check_output([sys.executable, *command], text=True)
    line = next(line for line in answer.splitlines() if "Install location:" in line)
    folder = Path(line.split(":", 1)[1].strip())
    assert folder.is_relative_to(machine)
    shell = program(folder / "chrome-headless-shell-linux64" / "chrome-headless-shell")
    assert chromium.playwrights_own() == (shell, None)


def test_the_one_that_is_named_wins_and_one_that_is_not_there_is_not_replaced(
    machine, monkeypatch
):
    program(machine / "bin" / "chromium-headless-shell")
    named = program(machine / "mine")
    monkeypatch.setenv("CHROMIUM", named)
    assert chromium.find() == named
    os.remove(named)
    assert chromium.find() is None


def test_it_is_found_while_a_playwright_is_running(machine):
    """In a process of its own: other tests of this one may have a browser open."""
    chrome = program(machine / "bin" / "google-chrome")
    script = (
        "from playwright.sync_api import sync_playwright; from web.maintain import chromium\n"
        "with sync_playwright(): print(chromium.find())"
    )
    command = [sys.executable, "-c", script]
    assert subprocess.check_output(command, cwd=ROOT, text=True).strip() == str(chrome)


def test_ci_prefers_the_one_without_windows():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert "playwright install --with-deps --only-shell chromium" in workflow
