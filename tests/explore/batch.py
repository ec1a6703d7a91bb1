"""All states of emb-batch, by torch: its layer, and its SGD, a step for each batch."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest
import torch

from tests.explore.shown import short

TEXTS, ROWS, PLACES = ["abacadad", "aaaabbcd", "abcdabcd"], "abcd", 8
RATES = [0.125, 0.25, 0.5]
UPSTREAM = {"ones": [1.0] * PLACES, "mixed": [1, 0.5, 2, 1, 0.5, 1.5, 1, 2]}
FLAGS = [(True, False), (False, False), (False, True)]  # scaled, sparse: torch refuses both
State = dict[str, Any]


@cache
def training(
    text: str, upstream: str, cuts: tuple[int, ...], lr: float, scaled: bool, sparse: bool
) -> tuple[list[list[float]], list[list[bool]], list[list[float]]]:
    """The gradient of each batch, which rows have one at all, and the rows after each step."""
    layer = torch.nn.Embedding(
        len(ROWS), 1, scale_grad_by_freq=scaled, sparse=sparse, dtype=torch.float64
    )
    torch.nn.init.zeros_(layer.weight)
    sgd = torch.optim.SGD(layer.parameters(), lr=lr)
    ids = torch.tensor([ROWS.index(letter) for letter in text])
    came = torch.tensor(UPSTREAM[upstream], dtype=torch.float64)[:, None]
    grads, there, rows = [], [], []
    for start, end in zip((0, *cuts), (*cuts, PLACES), strict=True):
        sgd.zero_grad()
        layer(ids[start:end]).backward(came[start:end])
        sgd.step()
        grad = layer.weight.grad
        if sparse:
            held = grad._indices()[0].tolist()
            there.append([row in held for row in range(len(ROWS))])
            grad = grad.to_dense()
        else:
            there.append([True] * len(ROWS))
        grads.append(grad[:, 0].tolist())
        rows.append(layer.weight.detach()[:, 0].tolist())
    return grads, there, rows


def column(numbers: list[float]) -> list[str]:
    return [short(x) for x in numbers]


def shown(state: State) -> dict[str, Any]:
    """What the figure must show."""
    text, upstream, border, step = (state[k] for k in ("text", "upstream", "border", "step"))
    lr, flag, sparse = RATES[state["lr"]], state["scaled"], state["sparse"]
    grads, there, rows = training(text, upstream, (border,), lr, False, sparse)
    scaled_grads, _, scaled_rows = training(text, upstream, (border,), lr, True, False)
    (whole,), _, (whole_rows,) = training(text, upstream, (), lr, True, False)
    nowhere = [0.0] * len(ROWS)

    def gradients(found: list[list[float]], held: list[list[bool]]) -> list[list[str]]:
        return [
            [short(g) if n < step and h else "" for g, h in zip(*both, strict=True)]
            for n, both in enumerate(zip(found, held, strict=True))
        ]

    now, scaled_now = (([nowhere, *r])[step] for r in (rows, scaled_rows))
    counts = [Counter(text[:border]), Counter(text[border:])]

    def received(of: list[list[float]], row: int = 0) -> str:
        return short(sum(g[row] for g in of[:step]))

    total, scaled_total = received(grads), received(scaled_grads)
    moved = [
        letter
        for letter, a, b in zip(ROWS, scaled_rows[-1], whole_rows, strict=True)
        if abs(a - b) > 1e-9
    ]
    said: list[Any] = ["nothing", {}]
    if step == 1 and not border:
        said = ["empty", {}]
    elif step == 1:
        places = {"count": str(counts[0]["a"]), "plain": total, "places": str(border)}
        said = ["first", places | {"scaled": scaled_total}] if flag else ["first_plain", places]
    elif step == 2 and not flag:
        said = ["end_plain", {"plain": total}]
    elif step == 2:
        places = {"plain": total, "scaled": scaled_total}
        said = ["end_alike" if text[:border] and text[border:] else "end_whole", places]
        if moved:
            row = ROWS.index(moved[0])
            here = {"plain": received(grads, row), "scaled": received(scaled_grads, row)}
            whole_row = {"row": moved[0], "whole": short(whole[row]), "moved": " ".join(moved)}
            said = ["end_cut", here | whole_row]
    return {
        "letters": list(text),
        "upstream": column(UPSTREAM[upstream]),
        "counts": [[str(count[letter]) for letter in ROWS] for count in counts],
        "plain": gradients(grads, there),
        "scaled": gradients(scaled_grads, [[True] * len(ROWS)] * 2) if flag else [],
        "after": {"plain": column(now), "scaled": column(scaled_now) if flag else []},
        "moved": moved if flag and step == 2 else [],
        "said": said,
    }


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    layer = torch.nn.Embedding(4, 1, scale_grad_by_freq=True, sparse=True)
    refused = "embedding_backward: scale_grad_by_freq not supported with sparse gradients"
    with pytest.raises(RuntimeError, match=f"^{refused}$"):
        layer(torch.tensor([0])).sum().backward()
    for text, upstream, border, lr, step, (scaled, sparse) in product(
        TEXTS, UPSTREAM, range(PLACES + 1), range(len(RATES)), range(3), FLAGS
    ):
        state = {"text": text, "upstream": upstream, "border": border, "lr": lr, "step": step}
        state |= {"scaled": scaled, "sparse": sparse}
        # Without the flag, cutting changes nothing: the sentences say so.
        rows = training(text, upstream, (border,), RATES[lr], False, sparse)[2]
        whole = training(text, upstream, (), RATES[lr], False, sparse)[2]
        torch.testing.assert_close(torch.tensor(rows[-1]), torch.tensor(whole[-1]))
        yield state, shown(state)


# --- in a page ---------------------------------------------------------------------------------

STEM = "06_scale_grad_by_freq"
START: State = {
    "text": "abacadad",
    "upstream": "ones",
    "border": 5,
    "lr": 1,
    "step": 0,
    "scaled": True,
    "sparse": False,
}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "text": ["abacadad", "aaaabbcd"],
    "upstream": ["ones", "mixed"],
    "border": [0, 4, 5],
    "lr": [0, 1],
    "step": [0, 1, 2],
    "scaled": [True, False],
    "sparse": [False, True],
}
# A switch, and the state in which torch would refuse it.
REFUSED_SWITCHES = [("sparse", START), ("scaled", START | {"scaled": False, "sparse": True})]
WRONG: list[Any] = []
# More states, full of numbers.
FULL = [
    {"text": "abcdabcd", "step": 2, "upstream": "mixed"},
    {"text": "abcdabcd", "border": 8, "step": 2, "upstream": "mixed"},
]
# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("cut", "guess_cut_2", lambda figure: figure.locator("[data-do=play]").click())


def possible(state: State) -> bool:
    return not (state["scaled"] and state["sparse"])


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    for name in ("text", "upstream"):
        figure.locator(f"[name={name}]").select_option(state[name])
    for name in ("scaled", "sparse"):
        figure.locator(f"[name={name}]").set_checked(state[name])
    figure.locator("[name=lr]").fill(str(state["lr"]))
    for _ in range(state["step"]):
        figure.locator("[data-do=step]").click()
    border = figure.locator("[role=slider]")
    if state["border"] == 4:  # by a finger
        border.scroll_into_view_if_needed()
        there = figure.locator("[data-place='4']").bounding_box()
        mouse, y = figure.page.mouse, there["y"] + 10
        mouse.move(there["x"] + 70, y)
        mouse.down()
        mouse.move(there["x"] + 3, y, steps=3)
        mouse.up()
    else:
        border.focus()
        figure.page.keyboard.press("Home")
        for _ in range(state["border"]):
            figure.page.keyboard.press("ArrowRight")


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    found = {f"letter-{n}": letter for n, letter in enumerate(right["letters"])}
    found |= {f"upstream-{n}": number for n, number in enumerate(right["upstream"])}
    for name in ("counts", "plain", "scaled"):
        for n, numbers in enumerate(right[name]):
            found |= {f"{name}-{n}-{row}": x for row, x in enumerate(numbers) if x}
    for way, numbers in right["after"].items():
        found |= {f"after-{way}-{row}": x for row, x in enumerate(numbers)}
    return found
