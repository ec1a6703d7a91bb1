"""Every number that a figure shows is torch's, in every state: in Node, without a page."""

import json
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from tests.node import node
from tests.pages import slow

HERE = Path(__file__).parent
FIGURES = ["batch", "cost", "letters", "lookup", "norm", "row", "scatter"]
SHOWN = 3  # faults in a message


@slow
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_shows_in_each_state_what_torch_gives(figure, record_property):
    states = list(import_module(f"tests.explore.{figure}").states())
    said = subprocess.run(
        [node(), str(HERE / "show.mjs"), figure],
        input="\n".join(json.dumps(state) for state, _ in states),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not said.stderr, said.stderr
    shown = [json.loads(line) for line in said.stdout.splitlines()]
    record_property("states", len(states))
    print(f"{figure}: {len(states):,} states")
    assert len(shown) == len(states)
    faults = [
        f"{state}: {ours} instead of {right}"
        for (state, right), ours in zip(states, shown, strict=True)
        if ours != json.loads(json.dumps(right))
    ]
    assert not faults, f"{len(faults)} of {len(states)} states: " + "\n".join(faults[:SHOWN])
