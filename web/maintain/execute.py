"""Run notebooks from a clean kernel, top to bottom, and store their outputs.

``python -m web.maintain.execute [chapters/NAME.ipynb ...]``; without names, every notebook.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from web.book.notebooks import Notebook, paths, stored

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


def frames_of_the_cell(traceback: list[str]) -> list[str]:
    """The reader's own line and the message: no cell number (the page has none), no library."""
    plain = [ANSI.sub("", part) for part in traceback]
    own = [re.sub(r"^Cell In\[\d+\], ", "", p) for p in plain[:-1] if p.startswith("Cell In[")]
    return [*own[:1], plain[-1]]


if __name__ == "__main__":
    for notebook_path in [Path(name).resolve() for name in sys.argv[1:]] or paths():
        print(f"running {notebook_path.name}", flush=True)
        execute(notebook_path)
