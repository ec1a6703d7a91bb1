"""Published as the workflow does it, into a local repository, and read below ``/book/``."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.pages import STEMS, both_editions, slow
from tests.site.browsing import go, watch
from tests.small_book import copy_small_book
from web.book.editions import EDITIONS, ROOT
from web.maintain.screenshots import load_pictures
from web.site.server import serving

SLUG = "someone/book"


pytestmark = slow  # a book is built


def run(folder, *command, **environment):
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=500,
    )


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    """A checkout in which the site was built as in a workflow of someone's repository."""
    folder = tmp_path_factory.mktemp("fork")
    copy_small_book(folder)
    answer = run(folder, sys.executable, "-m", "web.site.build", GITHUB_REPOSITORY=SLUG)
    assert answer.returncode == 0, answer.stderr
    return folder


@pytest.fixture(scope="module")
def github(tmp_path_factory):
    """Where the repository is, in place of github.com: a bare one, reached by the same address."""
    folder = tmp_path_factory.mktemp("github")
    bare = folder / f"{SLUG}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    return folder


def publish(fork, github, slug=SLUG):
    return run(
        fork,
        *(sys.executable, "-m", "web.site.gh_pages"),
        GITHUB_SERVER_URL=f"file://{github}",
        GITHUB_REPOSITORY=slug,
        GITHUB_TOKEN="not needed here",
        GITHUB_SHA="0123abc",
    )


@pytest.fixture(scope="module")
def pages(fork, github, tmp_path_factory):
    """What GitHub Pages would serve: the branch, checked out, below /book/."""
    for _ in range(2):  # a second time over the first
        answer = publish(fork, github)
        assert answer.returncode == 0, answer.stderr
    folder = tmp_path_factory.mktemp("pages")
    clone = ["git", "clone", "--quiet", "--branch", "gh-pages", github / f"{SLUG}.git"]
    subprocess.run([*clone, folder / "book"], check=True)
    shutil.rmtree(folder / "book" / ".git")
    with serving(folder) as address:
        yield f"{address}/book", folder / "book"


@pytest.fixture
def reader(new_context, pages):
    """A page of a new browser, with its faults."""
    return watch(new_context(locale="zh-CN").new_page(), pages[0])


def test_the_branch_is_one_commit_with_everything_in_it(fork, github, pages):
    bare = github / f"{SLUG}.git"
    log = run(bare, "git", "log", "--format=%an %s", "gh-pages").stdout
    assert log == "github-actions[bot] Site of 0123abc\n"
    site = fork / "_build" / "site"
    assert not (site / ".git").exists()
    built = {p.relative_to(site) for p in site.rglob("*") if p.is_file()}
    published = {p.relative_to(pages[1]) for p in pages[1].rglob("*") if p.is_file()}
    assert published == built


def test_the_address_of_a_workflow_wins_everywhere(fork):
    site = fork / "_build" / "site"
    pages = [*site.rglob("*.html"), *site.rglob("*.ipynb"), site / "sitemap.xml"]
    text = "".join(page.read_text("utf-8") for page in pages)
    assert "YOUR_GITHUB_NAME" not in text
    assert "https://someone.github.io/book/zh/chapters/index.html" in text
    assert "https://github.com/someone/book/edit/main/chapters/index.ipynb" in text


def test_a_first_visit_below_a_path(reader, pages):
    """Front page, search, the switch, a chapter with formulas and pictures, its download."""
    address, _ = pages
    go(reader, f"{address}/")
    reader.wait_for_url(f"{address}/zh/chapters/index.html")
    reader.keyboard.press("Control+k")
    reader.keyboard.type("独热向量")
    reader.keyboard.press("Enter")
    reader.locator(".search-places a").first.click()
    reader.wait_for_url(re.compile(f"{address}/zh/chapters/01_one_hot_matmul.html"))
    assert reader.locator("article .katex").count()
    load_pictures(reader)
    broken = "images => images.filter(i => !i.naturalWidth).map(i => i.src)"
    assert reader.eval_on_selector_all("img", broken) == []
    reader.click("a.language-switch")
    reader.wait_for_url(re.compile(f"{address}/en/chapters/01_one_hot_matmul.html"))
    notebook = reader.get_attribute("a[href^='../_sources'][href$='.ipynb']", "href")
    assert reader.request.get(f"{address}/en/chapters/{notebook}").ok
    go(reader, f"{address}/")
    reader.wait_for_url(f"{address}/en/chapters/index.html")  # the choice was remembered
    assert reader.faults == []


@both_editions
def test_every_link_and_file_of_every_page_is_there(reader, pages, code):
    address, folder = pages
    for name in ["search", *(f"chapters/{stem}" for stem in STEMS)]:
        go(reader, f"{address}/{code}/{name}.html")
        attribute = "tags => tags.map(t => t.href || t.src)"
        found = reader.eval_on_selector_all(
            "a[href], link[href], img[src], script[src]", attribute
        )
        for link in found:
            if link.startswith(address):
                target = folder / urlsplit(link).path.removeprefix("/book").lstrip("/")
                there = target.is_file() or (target / "index.html").is_file()
                assert there, f"{code}, {name}: nothing lies at {link}"
    assert reader.faults == []


@both_editions
@pytest.mark.parametrize("path", ["{code}/chapters/no_such_page.html", "{code}/deep/er/than/any"])
def test_a_page_that_does_not_exist_is_answered_in_the_language_of_its_address(
    reader, pages, code, path
):
    address, _ = pages
    assert reader.goto(f"{address}/{path.format(code=code)}").status == 404
    shown = reader.locator("section:visible")
    assert shown.count() == 1
    assert shown.get_attribute("lang") == EDITIONS[code].hreflang
    assert EDITIONS[code].title in reader.title()
    for way in shown.locator("a").all():
        assert reader.request.get(way.evaluate("a => a.href")).ok
    shown.locator("a").first.click()
    reader.wait_for_url(f"{address}/{code}/chapters/index.html")


def test_without_scripts_a_missing_page_is_answered_in_both_languages(new_context, pages):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{pages[0]}/no_such_page")
    assert page.locator("section:visible").count() == 2
    page.locator("section[lang=en] a").first.click()
    page.wait_for_url("**/book/en/chapters/index.html")


def test_a_site_built_for_another_address_is_not_published(fork, github):
    answer = publish(fork, github, slug="someone/else")
    assert answer.returncode != 0
    assert answer.stderr.startswith("publish: ")
    assert "another address than https://someone.github.io/else/" in answer.stderr


def test_a_push_that_fails_says_so_in_one_line(fork, tmp_path):
    answer = publish(fork, tmp_path)  # there is no repository
    assert answer.returncode != 0
    assert len(answer.stderr.strip().splitlines()) == 1
    assert answer.stderr.startswith("publish: git push: ")


def test_the_workflow_builds_and_calls_the_script_with_its_own_token_alone():
    workflow = Path(ROOT, ".github/workflows/publish.yml").read_text("utf-8")
    assert "run: .venv/bin/python -m web.site.gh_pages" in workflow
    assert "secrets." not in workflow
