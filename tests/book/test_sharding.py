"""Chapter 14: its own asserts notice what goes wrong, and its vectors are those of chapter 11."""

import json

import numpy as np
import pytest

from web.book.editions import ROOT


def code(stem):
    notebook = json.loads((ROOT / "chapters" / f"{stem}.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and not {"remove-cell", "raises-exception"} & {*tags}:
            yield "".join(cell["source"]), tags


@pytest.fixture(autouse=True)
def print_options():
    """The notebooks set how NumPy prints; the tests that follow shall not print so."""
    with np.printoptions():
        yield


def run_to_the_processes(*fault):
    """The cells up to the one that judges the three processes, but with all ranks in this one."""
    names, changed = {}, 0
    for source, _ in code("14_sharding"):
        if "launch(four_ways" in source:
            names["of_ranks"] = in_one_process(names)
        else:
            if fault:
                changed += source.count(fault[0])
                source = source.replace(*fault)
            exec(source, names)
        if "for name, given in ways.items():\n    batches_of" in source:
            assert changed == bool(fault)
            return
    raise AssertionError("the cell is not there")


def in_one_process(names):
    of_ranks = [{}, {}, {}]
    for name, given in names["ways"].items():
        way = names["by_column" if name == "by column" else "both_ways"]
        ended, sent = names["together"](way(rank, *given[rank]) for rank in range(3))
        for rank in range(3):
            of_ranks[rank][name] = ended[rank], int(sent[rank])
    return of_ranks


def test_without_a_fault_nothing_is_said():
    run_to_the_processes()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            (
                "pulls = yield [upstream[at] for at in places]",
                "pulls = yield [upstream[at] for at in places][::-1]",
            ),
            id="a gradient goes to the wrong rank",
        ),
        pytest.param(
            (
                "pulls = yield [upstream[at] for at in places]",
                "pulls = yield [upstream[::-1][at] for at in places]",
            ),
            id="a gradient goes to the wrong row",
        ),
        pytest.param(
            (
                "return [np.flatnonzero(owner == rank) for rank in range(len(cuts) - 1)]",
                "return [np.flatnonzero((owner == rank) | (rank == 2) & (ids == cuts[1] + 5))"
                " for rank in range(len(cuts) - 1)]",
            ),
            id="two ranks own one row",
        ),
        pytest.param(
            (
                "return counts + sum(box.nbytes for box in others)",
                "return counts or sum(box.nbytes for box in others)",
            ),
            id="bytes are counted without the ids",
        ),
        pytest.param(("return 8 * a + 4", "return 4"), id="bytes are predicted without the ids"),
        pytest.param(
            ("N * away * (8 + 8 * D)", "N * away * 8 * D"),
            id="the border between copies and shards is reckoned without the ids",
        ),
        pytest.param(
            ("rows[np.concatenate(places)] =", "rows[:] ="),
            id="rows come in the order of the ranks",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_noticed_by_the_page(fault):
    with pytest.raises((AssertionError, ValueError, RuntimeError, IndexError)) as caught:
        run_to_the_processes(*fault)
    assert "the cell is not there" not in str(caught.value)


@pytest.mark.check
def test_the_vectors_are_those_of_chapter_11():
    ours, theirs = {}, {}
    for names, stem, last in [
        (ours, "14_sharding", "together([train(0, ["),
        (theirs, "11_train_word_vectors", "train(seed=1)"),
    ]:
        for source, tags in code(stem):
            if "live" in tags:
                exec(source, names)
            if last in source:
                break
    both = np.concatenate([theirs["vectors"], theirs["contexts"]])
    np.testing.assert_array_equal(ours["whole"], both)
    np.testing.assert_array_equal(ours["losses"], theirs["losses"])
