"""Run notebooks from a clean kernel, top to bottom, and store their outputs.

``python -m web.maintain.execute [chapters/NAME.ipynb ...]``; without names, every notebook.
"""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from web.book.notebooks import Cell, Notebook, paths, stored
from web.maintain.png import IN_AN_OUTPUT, png

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def execute(path: Path) -> None:
    notebook = nbformat.from_dict(stored(path))
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": path.parent}},
    ).execute()
    tidy(notebook)
    nbformat.write(notebook, path)


def tidy(notebook: Notebook) -> None:
    """Keep what readers need: no colours, no paths of this machine, no versions."""
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                output["traceback"] = frames_of_the_cell(output["traceback"])
            elif "image/svg+xml" in output.get("data", {}):
                add_png(output)


def add_png(output: Cell) -> None:
    """Beside a picture that is SVG alone, what every viewer shows. (Matplotlib stores both.)"""
    data = output["data"]
    if "image/png" not in data:
        drawn = png(data["image/svg+xml"], IN_AN_OUTPUT)
        width, height = (int.from_bytes(drawn[at : at + 4]) for at in (16, 20))
        size = {"width": width // IN_AN_OUTPUT, "height": height // IN_AN_OUTPUT}
        data["image/png"] = base64.b64encode(drawn).decode()
        output["metadata"]["image/png"] = size


def frames_of_the_cell(traceback: list[str]) -> list[str]:
    """The reader's own line and the message: no cell number (the page has none), no library."""
    plain = [ANSI.sub("", part) for part in traceback]
    own = [re.sub(r"^Cell In\[\d+\], ", "", p) for p in plain[:-1] if p.startswith("Cell In[")]
    return [*own[:1], plain[-1]]


if __name__ == "__main__":
    for notebook_path in [Path(name).resolve() for name in sys.argv[1:]] or paths():
        print(f"running {notebook_path.name}", flush=True)
        execute(notebook_path)
