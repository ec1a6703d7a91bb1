"""Live cells stand alone: without the other cells, torch and Matplotlib they say the same."""

import nbformat
import pytest
from nbclient import NotebookClient

from web.book.notebooks import paths, read, shown, tags
from web.maintain.execute import tidy

ALONE = "import sys\nsys.modules['torch'] = sys.modules['matplotlib'] = None"


def run_live_cells(notebook, folder):
    live = [cell for cell in notebook["cells"] if "live" in tags(cell)]
    alone = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ALONE), *live])
    NotebookClient(alone, timeout=120, resources={"metadata": {"path": folder}}).execute()
    tidy(alone)
    return alone["cells"][1:]


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_live_cells_alone_give_the_stored_outputs(path, tmp_path):
    stored = [shown(cell) for cell in read(path)["cells"] if "live" in tags(cell)]
    again = [shown(cell) for cell in run_live_cells(read(path), tmp_path)]
    assert again == stored


def test_a_live_cell_that_needs_torch_is_caught(tmp_path):
    cell = nbformat.v4.new_code_cell("import torch", metadata={"tags": ["live"]})
    with pytest.raises(Exception, match="import of torch halted"):
        run_live_cells(nbformat.v4.new_notebook(cells=[cell]), tmp_path)
