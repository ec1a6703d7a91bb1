"""Notebooks with both languages in them: read them, pick an edition, clean it for readers.

A markdown cell tagged ``en`` or ``zh`` belongs to that edition; its twin follows it. A cell
without such a tag belongs to both. A cell with the metadata ``"made": what`` is empty in the file:
its words are made from a table or from docstrings whenever the notebook is read.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from web.book import glossary, reference
from web.book.editions import EDITIONS, PLACEHOLDER, ROOT, Address, Edition, address
from web.book.words import WORDS

Cell = dict[str, Any]
Notebook = dict[str, Any]

CHAPTERS = ROOT / "chapters"
LABEL = re.compile(r"^\(([\w-]+)\)=[ \t]*\n", re.MULTILINE)
LABELLED_HEADING = re.compile(r"^\(([\w-]+)\)=\s*\n(#+)[ \t]+(.+)$", re.MULTILINE)
LINK_TO_LABEL = re.compile(r"\]\(#([\w-]+)\)")
IMAGE = re.compile(r"!\[([^\]]*)\]\((\.\./imgs/[\w./-]+\.svg)\)")


def paths() -> list[Path]:
    """The notebooks of the book, in the order of their names."""
    return sorted(CHAPTERS.glob("*.ipynb"))


def stored(path: Path) -> Notebook:
    """The notebook as the file has it."""
    notebook: Notebook = nbformat.read(path, as_version=4)
    return notebook


def read(path: Path) -> Notebook:
    """The notebook as it is read: what is made from tables and docstrings stands in it."""
    notebook = stored(path)
    fill(notebook)
    return notebook


def fill(notebook: Notebook) -> None:
    """Write the words of the cells that are made."""
    for cell in notebook["cells"]:
        if "made" in cell["metadata"]:
            (code,) = (tag for tag in tags(cell) if tag in EDITIONS)
            cell["source"] = made(cell["metadata"]["made"], code)


@lru_cache
def made(what: str, code: str) -> str:
    """The words of a made cell: ``glossary``, ``counterparts`` or ``reference MODULE``."""
    edition, known = EDITIONS[code], written_labels()
    if what == "glossary":
        return glossary.markdown(edition, known)
    if what == "counterparts":
        return reference.counterparts(edition)
    return reference.markdown(edition, known, what.removeprefix("reference "))


def tags(cell: Cell) -> list[str]:
    found: list[str] = cell["metadata"].get("tags", [])
    return found


def language(cell: Cell) -> str | None:
    """The edition that a cell belongs to, or None when it belongs to both."""
    return next((tag for tag in tags(cell) if tag in EDITIONS), None)


def belongs(cell: Cell, edition: Edition) -> bool:
    return language(cell) in (None, edition.code)


def shown(cell: Cell) -> list[tuple[str, str]]:
    """What a code cell shows, as text: the kind of each output and its words.

    Printed text may reach the notebook in pieces, cut by the clock: they count as one.
    """
    parts: list[tuple[str, str]] = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            before = parts.pop()[1] if parts and parts[-1][0] == output["name"] else ""
            parts.append((output["name"], before + output["text"]))
        elif output["output_type"] == "error":
            parts.append((output["ename"], output["evalue"]))
        else:
            parts.append(("data", output["data"]["text/plain"]))
    return parts


@lru_cache(1)
def labels() -> dict[str, str]:
    """Where each label of the book stands: label -> stem of its notebook."""
    return labels_of({path.stem: read(path) for path in paths()})


@lru_cache(1)
def written_labels() -> dict[str, str]:
    """The labels in the files: what is made may link to these."""
    return labels_of({path.stem: stored(path) for path in paths()})


def labels_of(notebooks: dict[str, Notebook]) -> dict[str, str]:
    found = {}
    for stem, notebook in notebooks.items():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                found.update(dict.fromkeys(LABEL.findall(cell["source"]), stem))
    return found


def put_address(source: str, where: Address) -> str:
    """The notebooks name a placeholder; readers need the address of this copy."""
    source = source.replace(PLACEHOLDER.site, where.site)
    return source.replace(PLACEHOLDER.repository, where.repository)


def for_readers(notebook: Notebook, edition: Edition, where: Address, online: bool) -> Notebook:
    """The notebook as a reader gets it: one language, and nothing that only Sphinx understands.

    ``online``: the notebook is published or downloaded alone, so links to other chapters lead
    to the website; else its neighbours lie beside it. Pictures travel inside it either way.
    """
    label_of = labels()
    notebook = deepcopy(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if belongs(cell, edition)]

    def resolve(match: re.Match[str]) -> str:
        label = match[1]
        page = f"{label_of[label]}.ipynb"
        if online:
            page = f"{where.site}/{edition.code}/chapters/{label_of[label]}.html#{label}"
        return f"]({page})"

    for cell in notebook["cells"]:
        source = put_address(cell["source"], where)
        if cell["cell_type"] == "markdown":
            source = LABEL.sub("", source)
            source = LINK_TO_LABEL.sub(resolve, source)
            source = IMAGE.sub(embed_picture, source)
        cell["source"] = source
        cell["metadata"].pop("alt", None)
        cell["metadata"].pop("made", None)
        kept = [tag for tag in tags(cell) if tag == "raises-exception"]
        cell["metadata"].pop("tags", None)
        if kept:
            cell["metadata"]["tags"] = kept
    return notebook


def embed_picture(match: re.Match[str]) -> str:
    """A picture inside the text, as Colab writes it: nothing is fetched when it is read. Its PNG
    twin, since Colab shows no SVG there."""
    picture = (CHAPTERS / match[2]).with_suffix(".png")
    data = base64.b64encode(picture.read_bytes()).decode()
    return f"![{match[1]}](data:image/png;base64,{data})"


def publish(folder: Path, edition: Edition, where: Address, online: bool) -> Iterator[Path]:
    """Write every notebook of one edition into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths():
        target = folder / path.name
        nbformat.write(for_readers(read(path), edition, where, online), target)
        yield target


def bundle(edition: Edition, where: Address, wheel: Path) -> bytes:
    """One download for a reader's computer: the notebooks of an edition, and ``embedlib``.

    The same sources give the same bytes: no dates.
    """
    readme = WORDS["download"][edition.code]["readme"]
    files = {
        "README.txt": readme.format(wheel=wheel.name, site=where.site).encode(),
        wheel.name: wheel.read_bytes(),
    }
    for path in paths():
        notebook = for_readers(read(path), edition, where, online=False)
        files[path.name] = nbformat.writes(notebook).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"inside-nn-embedding-{edition.code}/{name}")
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def main() -> None:
    for edition in EDITIONS.values():
        folder = ROOT / "_build" / "notebooks" / edition.code
        for path in publish(folder, edition, address(), online=False):
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
