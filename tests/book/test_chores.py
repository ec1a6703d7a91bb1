"""Chores write all that they promise, or say in one line why not and change nothing."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from web.book.editions import ROOT
from web.book.notebooks import CHAPTERS, paths, stored
from web.book.type_check import type_errors
from web.maintain.freeze import LISTS

FILES = ["pyproject.toml", "CITATION.cff", *LISTS]
FOLDERS = ["chapters", "embedlib", "web"]


@pytest.fixture
def copy(tmp_path):
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder, module, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", f"web.maintain.{module}", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def contents(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(folder): path.read_bytes() for path in files}


def refusal(answer):
    """The one line that says why."""
    assert answer.returncode != 0
    (line,) = answer.stderr.strip().splitlines()
    return line


# --- make version ------------------------------------------------------------------------------


def places(folder, version):
    texts = [data.decode("utf-8", "ignore") for data in contents(folder).values()]
    return sum(len(re.findall(rf"(?<![\d.]){re.escape(version)}(?![\d.])", t)) for t in texts)


def test_a_new_version_stands_in_every_place_of_the_old_one_and_back(copy):
    import embedlib

    old = embedlib.__version__
    constraints = copy / "web/maintain/constraints.txt"
    constraints.write_text("")  # versions of others
    shutil.rmtree(copy / "web/maintain/javascript")  # its packages have versions of their own
    there = places(copy, old)
    assert there >= 19
    assert run(copy, "version", "12.34.56rc7").returncode == 0
    assert places(copy, old) == 0, "a place is left out: add it to web/maintain/version.py"
    assert places(copy, "12.34.56rc7") == there
    assert run(copy, "version", old).returncode == 0
    assert places(copy, old) == there


@pytest.mark.parametrize("version", ["x", "", "1.2", "v1.2.3", "1.2.3.4", "1.2.3 "])
def test_what_is_no_version_is_refused_and_changes_nothing(copy, version):
    before = contents(copy)
    assert refusal(run(copy, "version", version)) == (
        f"make version: V={version}: expected three numbers, as in make version V=0.2.0"
    )
    assert contents(copy) == before


def test_a_place_that_is_not_as_expected_is_named_and_nothing_is_written(copy):
    (copy / "CITATION.cff").write_text("title: without a version\n")
    before = contents(copy)
    assert "CITATION.cff has 0 lines" in refusal(run(copy, "version", "1.2.3"))
    assert contents(copy) == before


# --- make freeze -------------------------------------------------------------------------------

PIN = re.compile(r"^([\w.-]+)==([\w.+!-]+)(?: ; .+)?$")


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def listed():
    """What the lists of requirements name."""
    for name in LISTS:
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "--")):
                yield plain(re.match(r"[\w.-]+", line)[0])


def pins():
    lines = (ROOT / "web/maintain/constraints.txt").read_text("utf-8").splitlines()
    found = [PIN.fullmatch(line) for line in lines if not line.startswith("#")]
    assert all(found), "only exact versions belong into the frozen tree"
    return {plain(match[1]) for match in found}


def test_everything_that_is_listed_is_pinned():
    missing = set(listed()) - pins()
    assert not missing, f"{missing}: not in web/maintain/constraints.txt. Cure: make freeze"


def test_each_requirement_says_what_it_is_there_for():
    for name in LISTS:
        for line in (ROOT / name).read_text("utf-8").splitlines():
            reasoned = not line or line.startswith("#") or re.search(r" # \w", line)
            assert reasoned, f"{name}: {line} has no reason. Cure: # why, on its line"


def test_without_a_network_the_frozen_tree_stays_as_it_is(copy, tmp_path_factory):
    nowhere = {
        "https_proxy": "http://127.0.0.1:9",
        "PIP_NO_INDEX": "1",
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
    }
    before = contents(copy)
    line = refusal(run(copy, "freeze", **nowhere))
    assert line.startswith("make freeze: ")
    assert "Nothing was changed" in line
    assert contents(copy) == before


# What comes with Python, with what is listed, or is one of ours.
OURS = {"embedlib", "web", "tests", "benchmarks", "run_cell"}
BROWSER = {"js", "pyodide", "pyodide_js"}  # Python in the page has these


def imported():
    """The names of other people's modules that the code of this repository imports."""
    statement = re.compile(r"^ *(?:from|import) (\w+)", re.MULTILINE)
    sources = {
        p: p.read_text("utf-8")
        for room in ("embedlib", "web", "imgs", "benchmarks", "tests")
        for p in (ROOT / room).rglob("*.py")
        if "node_modules" not in p.parts
    }
    for path in paths():
        cells = [cell["source"] for cell in stored(path)["cells"] if cell["cell_type"] == "code"]
        sources[path] = "\n".join(cells)
    for path, source in sources.items():
        for name in statement.findall(source):
            yield name, path


def test_everything_that_is_imported_is_listed():
    known = set(sys.stdlib_module_names) | OURS | BROWSER
    home = packages_distributions()
    wanted = {name: path for name, path in imported() if name not in known and name in home}
    listing = set(listed())
    for name, path in wanted.items():
        assert listing & {plain(distribution) for distribution in home[name]}, (
            f"{path.relative_to(ROOT)} imports {name}, which no list of requirements names"
        )


# --- make chapter ------------------------------------------------------------------------------


def test_a_wrong_name_of_a_chapter_lists_the_names(copy):
    answer = run(copy, "chapter", "05_max_nrm")
    assert refusal(answer).startswith(
        "make chapter: NAME=05_max_nrm is no notebook. There are: 01_"
    )
    assert "05_max_norm" in answer.stderr


@pytest.mark.check  # mypy reads the types of NumPy
def test_calls_in_the_notebooks_have_the_right_types():
    assert type_errors(paths()) == []


@pytest.mark.check
def test_a_call_with_a_wrong_argument_is_named_with_cell_and_line(tmp_path):
    text = (CHAPTERS / "05_max_norm.ipynb").read_text("utf-8")
    path = tmp_path / "05_max_norm.ipynb"
    path.write_text(text.replace("max_norm=1.0", "max_nrm=1.0"), "utf-8")
    found = type_errors([path])
    assert found
    assert re.match(
        r"05_max_norm\.ipynb, cell \d+, line \d+: Unexpected keyword argument", found[0]
    )


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())
    told = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert told == phony, "a target without ## and what it does, or not in .PHONY"
