"""Build the website into ``_build/site``: ``python -m web.site.build``.

``en`` and ``zh`` are the editions, each with its pages and notebooks; ``wheels`` has ``embedlib``,
``pyodide-*`` the Python that runs in a page; ``index.html`` leads to the reader's language.

Nothing is executed: the notebooks carry their outputs. The last good site stays in place until
the new one is whole.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from web.book.editions import EDITIONS, ROOT, Address, address
from web.book.notebooks import bundle, publish, written_labels
from web.book.reference import rows
from web.book.terms import TableError, refuse_faults
from web.fetched.fetch import FetchError, fetch
from web.keep.keep import ship_worker
from web.keep.lists import write_lists
from web.live import pyodide
from web.site.front_page import write_root

BUILD = ROOT / "_build"
SITE = BUILD / "site"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
SPHINX_SAYS = "Extension error:"  # in a line of its own, before what is wrong
NOTEBOOK_LINE = re.compile(r"(\.ipynb):(\d+)")


class BuildError(Exception):
    """The site cannot be built; the message is one line for the person who builds it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--builder", default="html", choices=["html", "linkcheck"])
    parser.add_argument("--changed", action="store_true", help="read only changed notebooks")
    options = parser.parse_args()
    started = time.monotonic()

    def say(step: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {step}", flush=True)

    try:
        check_contents()
        say("KaTeX, MiniSearch: fetched or found, hashes verified")
        fetch("katex")
        fetch("minisearch")
        live_cells = fetch_python(say)
        say("Sphinx: both editions, side by side")
        if not options.changed:
            for code in EDITIONS:
                shutil.rmtree(output_folder(code).parent, ignore_errors=True)
        pages = build_editions(options.builder, live_cells, say)
        if options.builder == "linkcheck":
            return
        say("wheel of embedlib, notebooks for readers, front page, sitemap")
        assemble(pages, address(), live_cells, say)
    except (BuildError, FetchError) as refusal:
        sys.exit(f"make book: {refusal}")
    say(f"done: {SITE.relative_to(ROOT)}/index.html")
    print("\nTo read it: make serve   (then open http://localhost:8000)")


def check_contents() -> None:
    """Refuse a broken ``_toc.yml`` or table before anything is built."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml
    from yaml import YAMLError

    try:
        site_map = parse_toc_yaml(ROOT / "_toc.yml")
    except (MalformedError, YAMLError) as error:
        raise BuildError(f"_toc.yml: {' '.join(str(error).split())}") from error
    for document in site_map:
        if not (ROOT / f"{document}.ipynb").is_file():
            raise BuildError(f"_toc.yml names {document}, but {document}.ipynb does not exist")
    try:
        refuse_faults(written_labels())
        rows()
    except TableError as error:
        raise BuildError(str(error)) from error


def fetch_python(say: Callable[[str], None]) -> bool:
    """Python for the live cells, if it can be had: a reader at home can do without it."""
    try:
        fetch("pyodide")
        fetch("pyodide-numpy")
    except FetchError as refusal:
        if os.environ.get("CI") == "true":
            raise
        say(f"WITHOUT LIVE CELLS: {refusal}")
        return False
    say("Pyodide and its NumPy: fetched or found, hashes verified")
    return True


def build_editions(builder: str, live_cells: bool, say: Callable[[str], None]) -> dict[str, Path]:
    """Each edition in a process and a parent folder of its own: Sphinx's catalogues are global."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        jobs = {code: pool.submit(build_edition, code, builder, live_cells) for code in EDITIONS}
        for code, job in jobs.items():
            failed, messages = job.result()
            print(messages, end="", file=sys.stderr)
            if failed:
                raise BuildError(f"edition {code}: {first_problem(messages)}")
            say(f"edition {code}: built")
    return {code: output_folder(code) for code in EDITIONS}


def output_folder(code: str) -> Path:
    return BUILD / "editions" / code / "html"


def build_edition(code: str, builder: str, live_cells: bool) -> tuple[bool, str]:
    from jupyter_book.sphinx import build_sphinx

    edition, where = EDITIONS[code], address()
    captured = io.StringIO()
    with contextlib.redirect_stderr(captured), contextlib.redirect_stdout(captured):
        status = build_sphinx(
            ROOT,
            output_folder(code),
            noconfig=True,
            path_config=ROOT / "_config.yml",
            quiet=True,
            warningiserror=True,
            keep_going=True,
            builder=builder,
            confoverrides={
                "external_toc_path": "_toc.yml",
                "latex_individualpages": False,
                "site": where.site,
                "live": live_cells,
                "language": edition.language,
                "author": edition.author,
                "html_title": edition.title,
                "html_baseurl": f"{where.site}/{code}/",
                "html_theme_options": {
                    "repository_url": where.repository,
                    "search_bar_text": edition.search_bar_text,
                    "toc_title": edition.toc_title,
                },
                "nb_code_prompt_show": edition.show_solution,
                "nb_code_prompt_hide": edition.hide_solution,
            },
        )
    return bool(status), name_cells(ANSI.sub("", captured.getvalue()))


def name_cells(messages: str) -> str:
    """MyST-NB counts lines as 10000 × cell + line; people count cells from 1."""

    def cell(match: re.Match[str]) -> str:
        number, line = divmod(int(match[2]), 10_000)
        return f"{match[1]}, cell {number}, line {line}"

    return NOTEBOOK_LINE.sub(cell, messages.replace(f"{ROOT}/", ""))


def first_problem(messages: str) -> str:
    lines = [line for line in messages.splitlines() if line.strip() not in ("", SPHINX_SAYS)]
    telling = [line for line in lines if "WARNING" in line or "ERROR" in line or ".ipynb" in line]
    return (telling or lines or ["Sphinx failed without a message"])[0].strip()


def assemble(
    pages: dict[str, Path], where: Address, live_cells: bool, say: Callable[[str], None]
) -> None:
    """Put everything into a new folder; only when it is whole, let it take the site's place."""
    new, old = BUILD / "site.new", BUILD / "site.old"
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    new.mkdir(parents=True)
    for code, edition in EDITIONS.items():
        shutil.copytree(pages[code], new / code, ignore=shutil.ignore_patterns(".buildinfo"))
        shutil.rmtree(new / code / "_sources", ignore_errors=True)
        for _ in publish(new / code / "_sources" / "chapters", edition, where, online=True):
            pass
    wheel = build_wheel(new / "wheels")
    for code, edition in EDITIONS.items():
        (new / code / "notebooks.zip").write_bytes(bundle(edition, where, wheel))
    if live_cells:
        pyodide.ship(new, wheel, say)
    write_root(new, where)
    ship_worker(new)
    write_lists(new)
    for path in new.rglob("*"):  # fetched files came as their owner's alone
        path.chmod(0o755 if path.is_dir() else 0o644)
    if SITE.exists():
        SITE.rename(old)
    new.rename(SITE)
    shutil.rmtree(old, ignore_errors=True)


def build_wheel(folder: Path) -> Path:
    command = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    answer = subprocess.run(
        [sys.executable, "-m", *command, str(ROOT)], capture_output=True, text=True
    )
    if answer.returncode:
        raise BuildError(f"the wheel of embedlib: {answer.stderr.strip().splitlines()[-1]}")
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    main()
