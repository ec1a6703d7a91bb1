"""``make address`` writes the address of a copy everywhere, or refuses it with one line."""

import shutil
import subprocess
import sys

import pytest

from web.book import editions
from web.book.editions import ROOT, address

URL = "https://github.com/someone/book"
FILES = ("_config.yml", "CITATION.cff")


@pytest.fixture
def copy(tmp_path):
    """What the tool reads and writes, in a folder of its own."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "web", tmp_path / "web", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def make_address(folder, url, site=""):
    return subprocess.run(
        [sys.executable, "-m", "web.maintain.address", url, site],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def written(folder):
    return "".join((folder / name).read_text("utf-8") for name in FILES)


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}.git", "https://GitHub.com/someone/book"])
def test_it_stands_everywhere_and_writing_it_twice_changes_nothing(copy, url):
    assert make_address(copy, url).returncode == 0
    once = written(copy)
    assert f"  url: {URL}\n" in once
    assert f"repository-code: {URL}\n" in once
    assert "  baseurl: https://someone.github.io/book/\n" in once
    assert "YOUR_GITHUB_NAME" not in once
    assert make_address(copy, url).returncode == 0
    assert written(copy) == once


def test_a_repository_that_is_a_persons_site_is_served_at_the_root(copy):
    assert make_address(copy, "https://github.com/Someone/someone.github.io").returncode == 0
    assert "  baseurl: https://someone.github.io/\n" in written(copy)


def test_a_domain_of_ones_own(copy):
    assert make_address(copy, URL, "https://book.example.org/").returncode == 0
    assert "  baseurl: https://book.example.org/\n" in written(copy)


@pytest.mark.parametrize(
    ("url", "site", "named"),
    [
        ("", "", "URL="),
        ("someone/book", "", "URL=someone/book"),
        ("https://github.com/someone", "", "URL="),
        ("https://gitlab.com/someone/book", "", "URL="),
        ("https://github.com/YOUR_GITHUB_NAME/book", "", "URL="),
        ("https://github.com/someone/book/tree/main", "", "URL="),
        (f"{URL}\n  branch: evil", "", "URL="),
        (URL, "book.example.org", "SITE=book.example.org"),
        (URL, "http://book.example.org", "SITE="),
        (URL, "https://book.example.org/?a=b", "SITE="),
    ],
)
def test_a_bad_address_is_refused_with_one_line_and_nothing_is_written(copy, url, site, named):
    before = written(copy)
    answer = make_address(copy, url, site)
    assert answer.returncode != 0
    said = answer.stderr.strip().replace(url, url.replace("\n", " ")) if url else answer.stderr
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("make address: ")
    assert named in said
    assert written(copy) == before


def test_a_configuration_that_lost_its_line_is_named(copy):
    config = copy / "_config.yml"
    config.write_text(config.read_text("utf-8").replace("  baseurl: ", "  base: "), "utf-8")
    before = written(copy)
    answer = make_address(copy, URL)
    assert answer.returncode != 0
    assert "_config.yml has 0 lines with “baseurl:”" in answer.stderr
    assert written(copy) == before


def test_the_address_stands_nowhere_else():
    """Else make address would leave the old one there."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    known = {*FILES, "web/book/editions.py"}  # the placeholder, which published notebooks replace
    where = address().repository.removeprefix("https://github.com/").split("/")[0]
    for name in listed.stdout.splitlines():
        if name in known or name.startswith(("tests/", "chapters/")) or name.endswith(".png"):
            continue
        assert f"/{where}/" not in (ROOT / name).read_text("utf-8"), (
            f"{name}: see web/maintain/address.py"
        )


@pytest.mark.parametrize(
    ("slug", "site"),
    [
        ("other/fork", "https://other.github.io/fork"),
        ("someone/book", "https://book.example.org"),
        ("Someone/Book", "https://book.example.org"),
        ("", "https://book.example.org"),
    ],
)
def test_in_a_workflow_a_fork_has_its_own_address_and_the_owner_keeps_the_domain(
    monkeypatch, slug, site
):
    config = {"repository": {"url": URL}, "html": {"baseurl": "https://book.example.org/"}}
    monkeypatch.setattr(editions, "read_config", lambda: config)
    monkeypatch.setenv("GITHUB_REPOSITORY", slug)
    assert address().site == site
