"""All states of emb-scatter, by torch."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from tests.explore.shown import short

ROWS = 4
UPSTREAM = torch.tensor([[0.5, -0.5], [1, -1], [2, 1], [-0.25, 0.75]])
State = dict[str, Any]


@cache
def gradient(ids: tuple[int, ...], padding: int, sparse: bool) -> torch.Tensor:
    """What torch leaves in weight.grad when the first places have these ids."""
    layer = torch.nn.Embedding(
        ROWS, 2, padding_idx=None if padding == -1 else padding, sparse=sparse
    )
    if not ids:
        return torch.zeros(ROWS, 2)
    layer(torch.tensor(ids)).backward(UPSTREAM[: len(ids)])
    return layer.weight.grad


def rows(table: torch.Tensor) -> list[list[str]]:
    return [[short(x) for x in row] for row in table.tolist()]


class Reading(np.ndarray):
    """An array that remembers what was read from it."""

    read: list[np.ndarray]

    def __getitem__(self, key: Any) -> Any:
        found = np.asarray(self)[key]
        self.read.append(found.copy())
        return found


def lossy_gradient(ids: tuple[int, ...], padding: int) -> tuple[torch.Tensor, np.ndarray]:
    """What NumPy's most obvious line leaves, and what it read, all of it before it wrote."""
    out, learns = np.zeros((ROWS, 2), np.float32).view(Reading), np.array(ids, int) != padding
    out.read = []
    out[np.array(ids, int)[learns]] += UPSTREAM.numpy()[: len(ids)][learns]
    (read,) = out.read
    return torch.from_numpy(np.asarray(out)), read


def shown(
    ids: tuple[int, ...], step: int, padding: int, lossy: bool, sparse: bool
) -> dict[str, Any]:
    """What the figure must show."""
    read: list[str] = []
    if lossy:
        grad, _ = lossy_gradient(ids[:step], padding)
        rest = iter(lossy_gradient(ids, padding)[1].tolist())
        if step:
            read = ["" if i == padding else ", ".join(map(short, next(rest))) for i in ids]
    else:
        grad = gradient(ids[:step], padding, False)
    entries = []
    if sparse and step:
        kept = gradient(ids[:step], padding, True)
        indices, values = kept._indices()[0].tolist(), rows(kept._values())
        entries = [[str(i), *row] for i, row in zip(indices, values, strict=True)]
    said = ["nothing", {"places": str(len(ids))}]
    if step:
        last = ids[step - 1]
        duplicate = last in ids[: step - 1]
        kind = ("lost" if lossy else "again") if duplicate else "wrote" if lossy else "added"
        said = [
            "skipped" if last == padding else kind,
            {
                "place": str(step - 1),
                "row": str(last),
                "now": f"[{', '.join(rows(grad)[last])}]",
                "came": f"[{', '.join(rows(UPSTREAM)[step - 1])}]",
                "read": f"[{(read and read[step - 1]) or '0, 0'}]",
            },
        ]
    return {
        "upstream": rows(UPSTREAM)[: len(ids)],
        "grad": rows(grad),
        "read": read,
        "entries": entries,
        "said": said,
    }


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    for wrong in (-1, 4, 9):
        with pytest.raises(IndexError, match=r"^index out of range in self$"):
            torch.nn.Embedding(ROWS, 2)(torch.tensor([0, wrong]))
    for length in range(1, len(UPSTREAM) + 1):
        for ids in product(range(ROWS), repeat=length):
            steps, paddings, both = range(length + 1), range(-1, ROWS), (False, True)
            for step, padding, lossy, sparse in product(steps, paddings, both, both):
                if lossy and sparse:
                    continue  # the one switches the other off
                state = {"ids": ids, "step": step, "padding": padding}
                state |= {"lossy": lossy, "sparse": sparse}
                yield state, shown(ids, step, padding, lossy, sparse)


# --- in a page ---------------------------------------------------------------------------------

STEM = "03_gradient_scatter_add"
START: State = {"ids": (3, 1, 3), "step": 0, "padding": -1, "lossy": False, "sparse": False}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "ids": [(3, 1, 3), (0,), (2, 2, 2, 2), (1, 3, 0, 1)],
    "step": [0, 1, 2, 3, 4],
    "padding": [-1, 0, 1, 2, 3],
    "lossy": [False, True],
    "sparse": [False, True],
}
# What cannot be typed, and what is said of it; what can be, and the ids that it means.
WRONG: list[tuple[str, str, dict[str, str]]] = [
    ("7", "out_of_range", {"id": "7"}),
    ("1 −1", "out_of_range", {"id": "−1"}),
    ("3、９", "out_of_range", {"id": "9"}),
    ("3x", "letter", {"id": "x"}),
    ("3.", "no_id", {"id": "."}),
    ("", "empty", {}),
    (" ", "empty", {}),
]
TYPED = [("３、１，3 ", "313"), ("3, 1, 3, 0, 2, 1", "3130")]
# A switch, and the state in which it is refused.
REFUSED_SWITCHES = [("sparse", START | {"lossy": True}), ("lossy", START | {"sparse": True})]
# More states, full of numbers.
FULL = [
    {"ids": (3, 3, 3, 3), "step": 4, "sparse": True},
    {"ids": (3, 0, 3, 3), "step": 4, "padding": 0, "lossy": True},
]
# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("lossy", "guess_lossy_2", lambda figure: figure.locator("[data-do=play]").click())


def possible(state: State) -> bool:
    return bool(state["step"] <= len(state["ids"])) and not (state["lossy"] and state["sparse"])


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    figure.locator("[name=ids]").fill("".join(map(str, state["ids"])))
    figure.locator("[name=ids]").blur()
    figure.locator("[name=padding]").select_option(str(state["padding"]))
    for name in sorted(("lossy", "sparse"), key=lambda name: state[name]):  # off, then on
        figure.locator(f"[name={name}]").set_checked(state[name])
    for _ in range(state["step"]):
        figure.locator("[data-do=step]").click()


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    found = {
        f"{name}-{n}-{column}": number
        for name in ("upstream", "grad")
        for n, row in enumerate(right[name])
        for column, number in enumerate(row)
    }
    found |= {f"read-{n}": row for n, row in enumerate(right["read"])}
    for n, (index, *values) in enumerate(right["entries"]):
        found |= {f"index-{n}": index, f"values-{n}": " ".join(values)}
    return found
