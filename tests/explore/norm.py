"""States of emb-norm, by torch's embedding_renorm_ in float64, as the chapter's tables are.

The rows of a table are independent: every row of the grid stands in a state with each norm_type,
each bound and each number of lookups, four of them in one state. Whole states are drawn at random,
10,000 of them, and so is which row is chosen and which ids are asked for.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from typing import Any

import pytest
import torch

from tests.explore.shown import short

GRID = [n / 4 for n in range(-12, 13)]
POINTS = list(product(GRID, GRID))
NORM_TYPES = ["0", "1", "2", "3", "inf"]
BOUNDS = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
DRAWN = 10_000
State = dict[str, Any]
Row = tuple[float, float]


def most(norm_type: str) -> int:
    """How many lookups of one row are told apart."""
    return 6 if norm_type == "0" else 2


@cache
def lookups(norm_type: str, bound: float) -> list[dict[Row, dict[str, Any]]]:
    """After 0, 1, 2 … lookups: what becomes of each row of the grid."""
    p, table = float(norm_type), torch.tensor(POINTS, dtype=torch.float64)
    found = []
    for time in range(most(norm_type) + 1):
        before = table.clone()
        if time:
            torch.embedding_renorm_(table, torch.arange(len(table)), bound, p)
        norms, lengths = (torch.linalg.vector_norm(t, p, dim=1) for t in (table, before))
        factors = torch.where(lengths > bound, bound / (lengths + 1e-7), 1.0)
        changed = (table != before).any(dim=1)
        here = {}
        for n, point in enumerate(POINTS):
            assert bool(changed[n]) == bool(time and lengths[n] > bound)
            here[point] = {
                "weight": [short(x) for x in table[n].tolist()],
                "norm": short(norms[n].item()),
                "f": short(factors[n].item()) if time else "",
                "long": norms[n].item() > bound,
                "changed": bool(changed[n]),
            }
        found.append(here)
    return found


def numbers(ns: Any) -> str:
    return f"[{', '.join(map(str, ns))}]"


def sentence(state: State, rows: list[dict[str, Any]]) -> list[Any]:
    ids, looked, chosen = state["ids"], state["looked"], state["row"]
    bound = short(state["max_norm"])
    long = [n for n in range(4) if rows[n]["long"]]
    if chosen >= 0:
        places = {"row": str(chosen), "norm": rows[chosen]["norm"], "bound": bound}
        return ["long" if chosen in long else "short", places]
    if not all(looked[n] for n in ids):
        if not long:
            return ["none", {"bound": bound}]
        return ["waiting", {"bound": bound, "long": numbers(long), "ids": numbers(ids)}]
    shortened = [n for n in sorted(set(ids)) if rows[n]["changed"]]
    if not shortened:
        again = min(looked[n] for n in ids) > 1
        return ["again" if again else "kept", {"ids": numbers(ids), "bound": bound}]
    places = {"ids": numbers(ids), "shortened": numbers(shortened)}
    if set(shortened) & set(long):  # norm_type 0
        at_end = any(looked[n] == most("0") and n in long for n in ids)
        return ["ended" if at_end else "halved", places]
    left = [n for n in long if n not in ids]
    return ["left", places | {"left": numbers(left)}] if left else ["all", places]


def shown(state: State) -> dict[str, Any]:
    """What the figure must show."""
    after = lookups(state["norm_type"], state["max_norm"])
    places = zip(state["rows"], state["looked"], strict=True)
    rows = [after[times][row] for row, times in places]
    keys = ("weight", "norm", "f")
    return {key: [row[key] for row in rows] for key in keys} | {"said": sentence(state, rows)}


def parts() -> Iterator[State]:
    """Each row of the grid with all that can happen to it, four rows to a state."""
    ids = [(0, 1, 2, 3), (2, 0), (1,), (3, 3)]
    for norm_type, bound in product(NORM_TYPES, BOUNDS):
        every = iter(product(POINTS, range(most(norm_type) + 1)))
        n = 0
        while four := list(islice(every, 4)):
            four += [(POINTS[0], 0)] * (4 - len(four))
            rows, looked = zip(*four, strict=True)
            state = {"rows": rows, "ids": ids[n % 4], "norm_type": norm_type}
            yield state | {"max_norm": bound, "looked": looked, "row": n % 5 - 1}
            n += 1


def at_random() -> Iterator[State]:
    chance = random.Random(0)
    for _ in range(DRAWN):
        norm_type = chance.choice(NORM_TYPES)
        yield {
            "rows": tuple(chance.choices(POINTS, k=4)),
            "ids": tuple(chance.choices(range(4), k=chance.randint(1, 4))),
            "norm_type": norm_type,
            "max_norm": chance.choice(BOUNDS),
            "looked": tuple(chance.choices(range(most(norm_type) + 1), k=4)),
            "row": chance.choice([-1, -1, -1, 0, 1, 2, 3]),
        }


def torch_refuses() -> None:
    """Rows are shortened first, in the order of their ids, and −1 is the last of them."""
    select = r"^select\(\): index {} out of range for tensor of size \[4, 2\] at dimension 0$"
    own = "^index out of range in self$"
    for ids, said in {
        (0, 7): select.format(7),
        (0, -1): own,
        (-4,): own,
        (-1, 9): select.format(9),
        (-1, 9, -5): select.format(-5),
    }.items():
        layer = torch.nn.Embedding(4, 2, max_norm=2.0)
        with pytest.raises(IndexError, match=said):
            layer(torch.tensor(ids))


def by_controls() -> Iterator[State]:
    for values in product(*CONTROLS.values()):
        yield dict(zip(CONTROLS, values, strict=True))


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    torch_refuses()
    for some in (by_controls(), parts(), at_random()):
        for state in some:
            yield state, shown(state)


# --- in a page ---------------------------------------------------------------------------------

STEM = "05_max_norm"
PLAYS = False
ROWS = ((0.75, 0.5), (1.5, -1.5), (-2.25, 3.0), (-2.5, -0.75))
START: State = {
    "rows": ROWS,
    "ids": (0, 1, 2),
    "norm_type": "2",
    "max_norm": 2.0,
    "looked": (0, 0, 0, 0),
    "row": -1,
}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "rows": [ROWS, ((0.75, 0.5), (1.5, -1.5), (-2.25, 3.0), (1.0, 0.0))],
    "ids": [(0, 1, 2), (3,), (2, 2, 1)],
    "norm_type": ["2", "0", "1", "3", "inf"],
    "max_norm": [2.0, 0.5],
    "looked": [(0, 0, 0, 0), (0, 1, 1, 0), (0, 0, 2, 0)],
    "row": [-1, 3],
}
# What cannot be typed, and what is said of it; what can be, and the ids that it means.
WRONG: list[tuple[str, str, dict[str, str]]] = [
    ("7", "out_of_range", {"id": "7"}),
    ("0 −1", "negative", {"id": "−1"}),
    ("−1 ９ -5", "out_of_range", {"id": "-5"}),
    ("x", "letter", {"id": "x"}),
    ("1.", "no_id", {"id": "."}),
    ("", "empty", {}),
]
TYPED = [("２、１，3 ", "213"), ("0, 1, 0, 3, 2", "0103")]
# More of them, full of numbers.
FULL = [{"max_norm": 0.5, "looked": (0, 1, 1, 0), "norm_type": "3", "row": 3}]


def look_with_inf(figure: Any) -> None:
    figure.locator("[name=norm_type]").select_option("inf")
    figure.locator("[data-do=look]").click()


# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("shape", "guess_shape_2", look_with_inf)


def possible(state: State) -> bool:
    return max(state["looked"]) <= most(state["norm_type"])


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    field, slider = figure.locator("[name=ids]"), figure.locator("[name=max_norm]")
    figure.locator("[name=norm_type]").select_option(state["norm_type"])
    slider.focus()
    slider.press("Home")
    for _ in range(BOUNDS.index(state["max_norm"])):
        slider.press("ArrowRight")
    for n, (there, here) in enumerate(zip(state["rows"], ROWS, strict=True)):
        for by, less, more in zip(
            [there[0] - here[0], there[1] - here[1]],
            ["ArrowLeft", "ArrowDown"],
            ["ArrowRight", "ArrowUp"],
            strict=True,
        ):
            for _ in range(round(abs(by) * 4)):
                figure.locator(f"[data-row='{n}']").press(more if by > 0 else less)
    for time in range(max(state["looked"])):
        field.fill("".join(str(n) for n in range(4) if state["looked"][n] > time))
        figure.locator("[data-do=look]").click()
    field.fill("x")  # so that the ids are typed anew, also where they stay
    field.fill("".join(map(str, state["ids"])))
    field.blur()
    if state["row"] >= 0:
        figure.locator(f"[data-row='{state['row']}']").click()


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    found = {}
    for n, row in enumerate(right["weight"]):
        found |= {f"weight-{n}-{column}": number for column, number in enumerate(row)}
        found |= {f"{name}-{n}": right[name][n] for name in ("norm", "f")}
    return found
