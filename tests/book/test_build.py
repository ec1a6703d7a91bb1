"""A broken source ends ``make book`` with one clear line, and the last good site stays."""

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.small_book import copy_book, copy_small_book, write_moves
from web.book.editions import EDITIONS
from web.fetched.fetch import fetch


@pytest.fixture
def copy(tmp_path):
    """A checkout of its own, with a site already built in it."""
    copy_book(tmp_path)
    return with_a_site(tmp_path)


@pytest.fixture
def small(tmp_path):
    """The same with three whole pages, for what is seen only when pages are built."""
    copy_small_book(tmp_path)
    return with_a_site(tmp_path)


def with_a_site(folder):
    site = folder / "_build" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("the last good site")
    return folder


def build(folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "web.site.build"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def refusal(answer, folder):
    """The one line that says what is wrong."""
    assert answer.returncode != 0
    assert (folder / "_build" / "site" / "index.html").read_text() == "the last good site"
    assert "Traceback" not in answer.stderr
    line = answer.stderr.strip().splitlines()[-1]
    assert line.startswith("make book: ")
    return line


def edit(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_toc_that_is_no_yaml(copy):
    (copy / "_toc.yml").write_text("format: jb-book\nroot: [chapters/index")
    assert "_toc.yml" in refusal(build(copy), copy)


def test_a_toc_of_another_shape(copy):
    (copy / "_toc.yml").write_text("format: jb-book\nchapters: []")
    assert "_toc.yml" in refusal(build(copy), copy)


def test_a_toc_that_names_a_missing_chapter(copy):
    edit(copy / "_toc.yml", "chapters/04_padding_idx", "chapters/99_nothing")
    assert "chapters/99_nothing.ipynb does not exist" in refusal(build(copy), copy)


def test_a_term_without_its_sentence(copy):
    edit(copy / "web" / "book" / "terms.csv", "一行代表一个词的嵌入。", "")
    line = refusal(build(copy), copy)
    assert "web/book/terms.csv, line 3 (word embedding): no chinese_sentence. Cure: " in line


def test_a_term_whose_section_does_not_exist(copy):
    edit(
        copy / "web" / "book" / "terms.csv",
        "padding row,填充行,,04,two-things",
        "padding row,填充行,,04,no",
    )
    line = refusal(build(copy), copy)
    assert "(padding row): chapter 04 has no section 'no'. Cure: " in line


def test_a_public_name_without_its_chinese_sentence(copy):
    edit(
        copy / "web" / "book" / "reference.csv", "随机整数，从 `low`（含）到 `high`（不含）。", ""
    )
    assert "web/book/reference.csv, row 'Generator.randint'. Cure: " in refusal(build(copy), copy)


@pytest.mark.check  # a build
def test_a_formula_that_katex_refuses_is_named_with_its_notebook_and_cell(small):
    edit(small / "chapters" / "01_one_hot_matmul.ipynb", r"\\top", r"\\notacommand")
    line = refusal(build(small), small)
    assert re.search(r"01_one_hot_matmul\.ipynb, cell \d+", line), line
    assert r"\notacommand" in line


@pytest.mark.check  # a build
def test_a_link_to_a_label_that_does_not_exist(small):
    edit(small / "chapters" / "index.ipynb", "(#lookup-table)", "(#nowhere)")
    line = refusal(build(small), small)
    assert "index.ipynb, cell " in line
    assert "nowhere" in line


@pytest.mark.check  # a build
def test_a_moved_place_that_leads_nowhere(small):
    write_moves(small, "index,cell-x,index,cell-nowhere")
    said = "web/book/moved.csv, line 2: index has no place cell-nowhere. Cure: "
    assert said in refusal(build(small), small)


def test_a_fetched_file_with_another_hash(copy):
    listing = copy / "web" / "fetched" / "fetched.toml"
    text = re.sub(r'("dist/katex.min.js" = )"\w+"', rf'\1"{"0" * 64}"', listing.read_text("utf-8"))
    listing.write_text(text, "utf-8")
    assert "katex" in refusal(build(copy), copy)


def test_files_that_cannot_be_fetched(copy, tmp_path):
    nowhere = {
        "XDG_CACHE_HOME": str(tmp_path / "empty"),
        "PATH": "/nonexistent",
        "https_proxy": "http://127.0.0.1:9",
    }
    line = refusal(build(copy, **nowhere), copy)
    assert "cannot be fetched" in line
    assert "npm is not installed" in line


@pytest.fixture
def without_pyodide(tmp_path):
    """An environment that has KaTeX and MiniSearch, and can have nothing else."""
    for name in ("katex", "minisearch"):
        there = fetch(name)
        shutil.copytree(there, tmp_path / "cache" / "inside-nn-embedding" / there.name)
    return {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PATH": "/nonexistent",
        "https_proxy": "http://127.0.0.1:9",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
    }


@pytest.mark.check  # a build
def test_without_pyodide_the_book_is_built_without_live_cells_and_says_so(small, without_pyodide):
    answer = build(small, CI="", **without_pyodide)
    assert answer.returncode == 0, answer.stderr
    (line,) = [line for line in answer.stdout.splitlines() if "LIVE CELLS" in line]
    assert "pyodide 314.0.4 cannot be fetched" in line
    site = small / "_build" / "site"
    assert "live-bar" not in (site / "en" / "chapters" / "01_one_hot_matmul.html").read_text(
        "utf-8"
    )
    assert not list(site.glob("pyodide-*"))


def test_without_pyodide_a_continuous_build_fails(copy, without_pyodide):
    assert "pyodide 314.0.4 cannot be fetched" in refusal(
        build(copy, CI="true", **without_pyodide), copy
    )


def test_an_old_python_is_told_which_one_is_needed(copy):
    old = copy / "old-python"
    old.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 9, 1); '
        'exec(sys.argv[2])" "$@"\n'
    )
    old.chmod(0o755)
    answer = subprocess.run(
        ["make", "--no-print-directory", "book", f"PYTHON={old}"],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert answer.returncode != 0
    said = [line for line in answer.stderr.splitlines() if not re.match(r"make\b", line)]
    assert len(said) == 1
    assert "Python 3.11 or newer is needed" in said[0]
    assert "3.9" in said[0]


@pytest.mark.check  # a build
def test_the_address_in_the_configuration_stands_everywhere(small):
    for old, new in [
        ("github.com/YOUR_GITHUB_NAME/inside-nn-embedding", "github.com/someone/book"),
        ("YOUR_GITHUB_NAME.github.io/inside-nn-embedding", "someone.github.io/book"),
    ]:
        edit(small / "_config.yml", old, new)
    answer = build(small, GITHUB_REPOSITORY="")
    assert answer.returncode == 0, answer.stderr
    site = small / "_build" / "site"
    pages = [*site.rglob("*.html"), *site.rglob("*.ipynb")]
    text = "".join(page.read_text("utf-8") for page in pages)
    assert "YOUR_GITHUB_NAME" not in text
    assert "https://someone.github.io/book/zh/chapters/index.html" in text
    assert "https://github.com/someone/book/edit/main/chapters/index.ipynb" in text


@pytest.mark.check  # a build
def test_the_themes_words_become_chinese_and_what_an_author_wrote_stays(small):
    path = small / "chapters" / "01_one_hot_matmul.ipynb"
    notebook = nbformat.read(path, 4)
    words = "`Page`, **Main**, [Repository](#lookup-table), `Suggest edit`"
    for code in EDITIONS:
        notebook["cells"].append(new_markdown_cell(words, metadata={"tags": [code]}))
    notebook["cells"].append(new_code_cell("Page = Main"))
    nbformat.write(notebook, path)
    answer = build(small)
    assert answer.returncode == 0, answer.stderr
    built = (small / "_build/site/zh/chapters/01_one_hot_matmul.html").read_text("utf-8")
    page = BeautifulSoup(built, "html.parser")
    said = page.article.select("p")[-1]
    assert said.get_text() == "Page, Main, Repository, Suggest edit"
    assert page.article.select("div.highlight")[-1].get_text() == "Page = Main\n"
    assert [nav["aria-label"] for nav in page.select("nav.bd-docs-nav")] == ["章节"]
    menu = [button.get_text(strip=True) for button in page.select(".dropdown-source-buttons a")]
    assert menu == ["代码仓库", "修改建议"]
