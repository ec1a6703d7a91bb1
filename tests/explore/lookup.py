"""All states of emb-lookup, by torch. The work is counted by numbers that count."""

from collections.abc import Iterator
from functools import cache, reduce
from itertools import product
from operator import add, mul
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.explore.shown import short

SIGNS, COLUMNS, LONGEST = ".abcd", 3, 4
WEIGHT = torch.tensor([[float(f"{v}.{c}") for c in (1, 2, 3)] for v in range(6)]).double()
STRANGER = "e"  # has no row
State = dict[str, Any]


class Counted(float):
    """A number that knows how often it was read, and counts what is done with it."""

    multiplied = added = read = 0

    def __mul__(self, other: float) -> "Counted":
        Counted.multiplied += 1
        Counted.read += 1
        return Counted(float(self) * other)

    def __add__(self, other: float) -> "Counted":
        Counted.added += 1
        return Counted(float(self) + other)


@cache
def work_of_product(letters: int, rows: int) -> list[list[str]]:
    """Multiplications, additions and numbers read, after each number of the result."""
    Counted.multiplied = Counted.added = Counted.read = 0
    table, after = [[Counted(x) for x in row] for row in WEIGHT[:rows].tolist()], [["0"] * 3]
    for _, c in product(range(letters), range(COLUMNS)):
        reduce(add, map(mul, [row[c] for row in table], [1.0] + [0.0] * (rows - 1)))
        after.append([str(n) for n in (Counted.multiplied, Counted.added, Counted.read)])
    with FlopCounterMode(display=False) as flops:  # torch counts a multiply-add as two
        torch.zeros(letters, rows) @ torch.zeros(rows, COLUMNS)
    assert 2 * Counted.multiplied == flops.get_total_flops()
    return after


def numbers(rows: torch.Tensor) -> list[list[str]]:
    return [[short(x) for x in row] for row in rows.tolist()]


@cache
def results(word: str, unknown: bool) -> dict[str, Any]:
    """What torch gives for a word: ids, one-hot rows, their product with the table, the lookup."""
    vocab = {sign: i for i, sign in enumerate(SIGNS)}
    ids = torch.tensor([vocab.get(letter, len(vocab)) for letter in word])
    table = WEIGHT[: len(SIGNS) + unknown]
    bits = torch.nn.functional.one_hot(ids, len(table))
    return {
        "ids": ids.tolist(),
        "bits": [[str(bit) for bit in row] for row in bits.tolist()],
        "weight": numbers(table),
        "product": numbers(bits.double() @ table),
        "lookup": numbers(torch.nn.functional.embedding(ids, table)),
        "looked up": table[ids].numel(),
    }


def shown(word: str, step: int, way: str, unknown: bool) -> dict[str, Any]:
    """What the figure must show."""
    found = results(word, unknown)
    ids, table, all_of_it = found["ids"], found["weight"], found[way]
    out = [
        [number if n * COLUMNS + c < step else "" for c, number in enumerate(row)]
        for n, row in enumerate(all_of_it)
    ]
    said, line = ["nothing", {"columns": "3"}], ""
    if step:
        place, column = divmod(step - 1, COLUMNS)
        places = {"place": str(place), "letter": word[place], "id": str(ids[place])}
        if way == "product":
            bits, value = found["bits"][place], out[place][column]
            line = " + ".join(f"{b} × {row[column]}" for b, row in zip(bits, table, strict=True))
            line += f" = {value}"
            places |= {"terms": str(len(table)), "zeros": str(bits.count("0")), "value": value}
        else:
            line = f"weight[{ids[place]}] = {' '.join(out[place])}"
        said = [way if word[place] in SIGNS else f"{way}_unknown", places]
    counts = work_of_product(len(word), len(table))[step]
    return {
        "letters": list(word),
        "ids": [str(i) for i in ids],
        "bits": found["bits"] if way == "product" else [],
        "weight": table,
        "out": out,
        "sum": line,
        "work": {
            "multiplied": [counts[0], "0"],
            "added": [counts[1], "0"],
            "read": [counts[2], str(sum(bool(number) for row in out for number in row))],
        },
        "said": said,
    }


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    with pytest.raises(IndexError, match=r"^index out of range in self$"):
        torch.nn.functional.embedding(torch.tensor([len(SIGNS)]), WEIGHT[: len(SIGNS)])
    for unknown, length in product((False, True), range(1, LONGEST + 1)):
        most = length * COLUMNS
        for letters in product(SIGNS + STRANGER * unknown, repeat=length):
            word = "".join(letters)
            steps = {"product": range(most + 1), "lookup": range(0, most + 1, COLUMNS)}
            for way in steps:
                for step in steps[way]:
                    state = {"word": word, "step": step, "way": way, "unknown": unknown}
                    yield state, shown(word, step, way, unknown)


# --- in a page ---------------------------------------------------------------------------------

STEM = "01_one_hot_matmul"
START: State = {"word": "bad", "step": 0, "way": "product", "unknown": False}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "word": ["bad", ".", "abba", "ace"],
    "step": [0, 1, 3, 6, 8, 9],
    "way": ["product", "lookup"],
    "unknown": [False, True],
}
WRONG = [
    ("e", "out_of_range", {"letter": "e", "id": "5", "last": "4"}),
    ("baZ", "out_of_range", {"letter": "z", "id": "26", "last": "4"}),
    ("7", "no_id", {"letter": "7"}),
    ("", "empty", {}),
]
TYPED = [("ＢＡＤ", "bad"), ("a。", "a."), ("abcdab", "abcd")]
# More states, full of numbers.
FULL = [{"word": "abba", "step": 12}, {"word": "eeee", "unknown": True, "step": 12}]
# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("work", "guess_work_3", lambda figure: figure.locator("[data-do=play]").click())


def possible(state: State) -> bool:
    return (
        state["step"] <= COLUMNS * len(state["word"])
        and (state["way"] == "product" or state["step"] % COLUMNS == 0)
        and (state["unknown"] or STRANGER not in state["word"])
    )


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    figure.locator("[name=unknown]").set_checked(state["unknown"])
    figure.locator("[name=word]").fill(state["word"])
    figure.locator("[name=word]").blur()
    figure.locator("[name=way]").select_option(state["way"])
    by_keys = state["step"] % 2 == 0  # arrow keys do what the button does
    figure.locator("[role=slider]").focus()
    for _ in range(state["step"] // (1 if state["way"] == "product" else COLUMNS)):
        if by_keys:
            figure.page.keyboard.press("ArrowRight")
        else:
            figure.locator("[data-do=step]").click()


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    names = {"bits": "bit", "weight": "weight", "out": "out"}
    found = {
        f"{name}-{n}-{column}": number
        for key, name in names.items()
        for n, row in enumerate(right[key])
        for column, number in enumerate(row)
        if number
    }
    for n, (letter, i) in enumerate(zip(right["letters"], right["ids"], strict=True)):
        found |= {f"letter-{n}": letter, f"id-{n}": i}
    for name, (by_product, by_lookup) in right["work"].items():
        found |= {f"{name}-product": by_product, f"{name}-lookup": by_lookup}
    return found | ({"sum": right["sum"]} if right["sum"] else {})
