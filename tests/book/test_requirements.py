"""Without make: pip install -r requirements.txt, jupyter-book build ., pytest --nbval chapters."""

import os
import re
import shutil
import subprocess
import sys
import venv

import pytest

from web.book.editions import ROOT
from web.maintain.environment import TORCH, TORCH_CPU_INDEX

PAGES = ["01_one_hot_matmul", "02_lookup_table"]
TOC = "format: jb-book\nroot: chapters/{}\nchapters:\n  - file: chapters/{}\n".format(*PAGES)
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "node_modules", "__pycache__", ".*_cache"
)

pytestmark = pytest.mark.check  # it sets up an environment of its own


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the repository with two notebooks, far from this one."""
    folder = tmp_path_factory.mktemp("without_make") / "book"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / "_toc.yml").write_text(TOC)
    for path in (folder / "chapters").glob("*.ipynb"):
        if path.stem not in PAGES:
            path.unlink()
    moved = folder / "web/book/moved.csv"  # of what moved, what stays within these pages
    head, *lines = moved.read_text("utf-8").splitlines()
    stays = [line for line in lines if {*line.split(",")[::2]} <= {*PAGES}]
    moved.write_text("\n".join([head, *stays]) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def run(book):
    """Run a program of an environment in which the first of the three commands ran."""
    programs = book.parent / "env" / "bin"
    venv.create(programs.parent, with_pip=True)
    ours = f"{ROOT}{os.sep}"
    kept = [place for place in os.environ["PATH"].split(os.pathsep) if not place.startswith(ours)]
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL", "PYTEST"))
    }
    clean["PATH"] = os.pathsep.join([str(programs), *kept])

    def run(program, *arguments):
        return subprocess.run(
            [programs / program, *arguments],
            cwd=book,
            env=clean,
            capture_output=True,
            text=True,
            timeout=1200,
        )

    # As requirements.txt advises where there is no GPU; where that index is closed, pip chooses.
    if sys.platform == "linux":
        quick = ["--index-url", TORCH_CPU_INDEX, "--timeout", "5", "--retries", "0"]
        run("pip", "install", "-q", "--no-deps", *quick, TORCH)
    answer = run("pip", "install", "-q", "-r", "requirements.txt")
    assert answer.returncode == 0, answer.stderr
    return run


def test_neither_this_repository_nor_its_environment_is_on_the_path(run, book):
    where = "import embedlib, sys; print(embedlib.__file__, *sys.path, sep='\\n')"
    home, *path = run("python", "-c", where).stdout.splitlines()
    assert home == str(book / "embedlib" / "__init__.py")
    assert not [place for place in path if place.startswith(str(ROOT))]


def test_the_frozen_tree_is_what_is_installed(run):
    frozen = (ROOT / "web/maintain/constraints.txt").read_text("utf-8").lower().replace("_", "-")
    pins = dict(re.findall(r"^([\w.-]+)==([\w.!-]+)", frozen, re.MULTILINE))
    there = run("pip", "freeze", "--exclude-editable").stdout.lower().replace("_", "-")
    found = dict(re.findall(r"^([\w.-]+)==([\w.!-]+)", there, re.MULTILINE))
    assert len(found) > 80
    assert {name: version for name, version in found.items() if pins.get(name) != version} == {}


def test_jupyter_book_builds_the_pages(run, book):
    answer = run("jupyter-book", "build", ".")
    assert answer.returncode == 0, answer.stderr
    for stem in PAGES:
        page = (book / "_build" / "html" / "chapters" / f"{stem}.html").read_text("utf-8")
        assert 'class="katex' in page, "formulas are typeset"
        assert "一" not in page.partition("<article")[2].partition("</article>")[0]


def test_nbval_runs_the_notebooks(run):
    answer = run("pytest", "--nbval", "chapters")
    assert answer.returncode == 0, answer.stdout
    assert int(re.search(r"(\d+) passed", answer.stdout)[1]) > 20
