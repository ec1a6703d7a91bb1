"""The appendices promise to be complete and literal: held to the notebooks themselves."""

import inspect
import re

import pytest
from torch import nn

from web.book.editions import ROOT
from web.book.notebooks import language, read, tags

HEADING = re.compile(r"^### `+(.+?)`+$", re.MULTILINE)
NEED_A_GPU = [
    "Assertion `srcIndex < srcSelectDimSize` failed",
    "Expected all tensors to be on the same device",
]
DEFAULT = {
    "en": re.compile(r"^### `(.+)`\n\n(?:Default: `(.+?)`\.|No default\.)", re.MULTILINE),
    "zh": re.compile(r"^### `(.+)`\n\n(?:默认：`(.+?)`。|没有默认值，)", re.MULTILINE),
}


def headings(notebook):
    for cell in notebook["cells"]:
        if language(cell) == "en":
            yield from HEADING.findall(cell["source"])


def test_every_heading_of_the_clinic_is_the_message_that_is_raised_under_it():
    heading, entries = None, {}
    for cell in read(ROOT / "chapters" / "a_error_clinic.ipynb")["cells"]:
        if language(cell) == "en" and (found := HEADING.findall(cell["source"])):
            entries |= {heading: [] for heading in found}
            heading = found[-1]
        errors = [o for o in cell.get("outputs", []) if o["output_type"] == "error"]
        assert len(errors) == ("raises-exception" in tags(cell)), cell["source"]
        for error in errors:
            entries[heading].append(error["evalue"])
            pieces = [piece.strip() for piece in heading.split("…")]
            assert all(piece in error["evalue"] for piece in pieces), heading
    silent = [heading for heading, errors in entries.items() if not errors]
    assert silent == NEED_A_GPU
    assert len(entries) > 40


def torchs_arguments():
    """Each argument of torch's layers with its default as Python writes it, "" if it has none."""
    for kind in [nn.Embedding, nn.EmbeddingBag]:
        for function in [kind, kind.forward, kind.from_pretrained]:
            for argument in inspect.signature(function).parameters.values():
                if argument.name != "self":
                    has_one = argument.default is not argument.empty
                    yield argument.name, repr(argument.default) if has_one else ""


def test_the_index_of_arguments_has_a_heading_for_each_of_torchs():
    named = list(headings(read(ROOT / "chapters" / "e_arguments.ipynb")))
    assert sorted(named) == sorted({name for name, _ in torchs_arguments()})


@pytest.mark.parametrize("edition", DEFAULT)
def test_the_index_of_arguments_states_torchs_defaults(edition):
    cells = read(ROOT / "chapters" / "e_arguments.ipynb")["cells"]
    words = "\n".join(cell["source"] for cell in cells if language(cell) == edition)
    assert sorted(DEFAULT[edition].findall(words)) == sorted(set(torchs_arguments()))
