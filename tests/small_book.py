"""The book with three whole pages, for tests that build it; of the others the titles are left.

Nothing is missing that a page, a term or the contents lead to, and it is built in half the
time.
"""

import csv
import io
import shutil

import nbformat

from web.book.editions import ROOT
from web.book.notebooks import LABEL, LINK_TO_LABEL, language, paths

FILES = ["_config.yml", "_toc.yml", "pyproject.toml", "README.md", "LICENSE", "Makefile"]
FOLDERS = ["chapters", "embedlib", "imgs", "web"]
WHOLE = {"index", "ways_to_run", "01_one_hot_matmul"}


def copy_book(folder):
    """All that a build reads, as it is."""
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))


def copy_small_book(folder):
    copy_book(folder)
    notebooks = {path.name: nbformat.read(path, 4) for path in paths()}
    instead = {}  # each label of the book -> one that is left
    for name, notebook in notebooks.items():
        everywhere = labels(notebook["cells"])
        if name.removesuffix(".ipynb") not in WHOLE:
            notebook["cells"] = title(notebook["cells"])
        left = labels(notebook["cells"])
        instead |= {label: label if label in left else left[0] for label in everywhere}
    for name, notebook in notebooks.items():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = LINK_TO_LABEL.sub(
                    lambda link: f"](#{instead.get(link[1], link[1])})", cell["source"]
                )
        nbformat.write(notebook, folder / "chapters" / name)
    cut_terms(folder / "web" / "book" / "terms.csv", instead)
    write_moves(folder)


def write_moves(folder, *moves):
    """Places of the small book that moved; those of the whole book may be gone with its pages."""
    lines = ["old_page,old_place,page,place", *moves]
    (folder / "web" / "book" / "moved.csv").write_text("\n".join(lines) + "\n", "utf-8")


def title(cells):
    """The first cell of each language."""
    return [next(cell for cell in cells if language(cell) == code) for code in ("en", "zh")]


def labels(cells):
    return [label for cell in cells for label in LABEL.findall(cell["source"])]


def cut_terms(table, instead):
    """A term whose section is gone is explained by its chapter as a whole."""
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    for row in rows:
        if instead.get(row["section"]) != row["section"]:
            row["section"] = ""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    table.write_text(text.getvalue(), "utf-8")
