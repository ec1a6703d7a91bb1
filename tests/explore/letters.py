"""Runs of the letters by embedlib, in float64, and what emb-letters must show of them.

The runs are taken apart: every seed with Adam and with SGD at their own rates; the first seed at
every rate; two seeds with rows lost, in batches, and both; a letter carried off for each seed
(test_letters.py has three, and every seed at every rate). Of each run every state that can be
seen, to the end, and in each of them another letter is chosen: what is shown of it hangs on the
table and the letter alone.

Places are counted, which is the same but for rounding; of lost duplicates the last place counts,
as test_letters.py shows with all places.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np

import embedlib
from embedlib import letters
from tests.explore.shown import show

ABC, VOWELS = letters.ABC, letters.VOWELS
SEEDS = [666, 0, 1, 2, 3, 4, 5, 6, 8, 9]
HOW = ["adam-0.01", "adam-0.05", "adam-0.1", "sgd-0.3", "sgd-1", "sgd-3"]
GRID, EVERY = 0.25, 10
State = dict[str, Any]
Moves = tuple[tuple[int, int, int, int], ...]  # step, letter, x, y in steps of the grid

IDS, FOLLOWING = letters.pairs()
COUNTS = letters.count(IDS, FOLLOWING)
ALL = np.arange(len(ABC), dtype=np.int64)


def ends(how: str, batches: bool, moves: Moves) -> int:
    usual = 400 if how.startswith("adam") and not batches else 1000
    return max([usual, *(step + 300 for step, *_ in moves)])


def model_of(seed: int, dtype: Any) -> letters.NextLetter:
    embedlib.manual_seed(seed)
    model = letters.NextLetter()
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(dtype)
    return model


def optimizer_of(how: str, model: letters.NextLetter) -> embedlib.optim.Optimizer:
    name, lr = how.split("-")
    kind = {"adam": embedlib.optim.Adam, "sgd": embedlib.optim.SGD}[name]
    return kind(model.parameters(), lr=float(lr))


def lossy(g: np.ndarray, ids: np.ndarray, num_rows: int) -> np.ndarray:
    """Chapter 3's obvious line."""
    out = np.zeros((num_rows, g.shape[1]), g.dtype)
    out[ids] += g
    return out


def backward(
    model: letters.NextLetter, ids: np.ndarray, following: np.ndarray, lose: bool
) -> None:
    """The gradients of one step, of the places counted."""
    counts = COUNTS if len(ids) == len(IDS) else letters.count(ids, following)
    _, grad = letters.counted_cross_entropy(model(ALL), counts)
    model.backward(grad)
    if lose:
        weight, bias = model.output.weight.grad.copy(), model.output.bias.grad.copy()
        last = LAST if len(ids) == len(IDS) else last_places(ids)
        scores = model.output(model.table.weight.data[ids[last]])
        _, grad = letters.cross_entropy(scores, following[last])
        kept = model.output.backward(grad * (len(last) / len(ids)))
        model.table.weight.grad = lossy(kept, ids[last], len(ABC))
        # what the linear layer learns is not lost, and was counted above
        model.output.weight.grad, model.output.bias.grad = weight, bias


def honest_backward(
    model: letters.NextLetter, ids: np.ndarray, following: np.ndarray, lose: bool
) -> None:
    """The same, place by place, as chapter 3 writes it."""
    scores = model.output(model.table.weight.data[ids])
    _, grad = letters.cross_entropy(scores, following)
    upstream = model.output.backward(grad)
    scatter = lossy if lose else embedlib.functional.embedding_dense_backward
    model.table.weight.grad = scatter(upstream, ids, len(ABC))


def last_places(ids: np.ndarray) -> np.ndarray:
    return np.array(list({i: n for n, i in enumerate(ids.tolist())}.values()))


LAST = last_places(IDS)


@cache
def run(
    seed: int,
    how: str,
    batches: bool,
    lose: bool,
    moves: Moves = (),
    dtype: Any = np.float64,
    backward: Any = backward,
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """At each tenth step the table before and after letters were carried, and the loss."""
    model = model_of(seed, dtype)
    optimizer, draw = optimizer_of(how, model), embedlib.Generator(2)
    weight, seen = model.table.weight.data, []
    for step in range(ends(how, batches, moves) + 1):
        if step % EVERY == 0:
            before = weight.copy()
            for _, letter, x, y in (move for move in moves if move[0] == step):
                weight[letter] = x * GRID, y * GRID
            scores = weight @ model.output.weight.data.T + model.output.bias.data
            loss, _ = letters.counted_cross_entropy(scores, COUNTS)
            seen.append((before, weight.copy(), loss))
        optimizer.zero_grad()
        batch = draw.randint(0, len(IDS), (256,)) if batches else slice(None)
        backward(model, IDS[batch], FOLLOWING[batch], lose)
        optimizer.step()
    return seen


def shown(state: State) -> dict[str, Any]:
    """What the figure must show."""
    key = (state["seed"], state["how"], state["batches"])
    moves = tuple(tuple(move.values()) for move in state["moves"])
    seen, n = run(*key, state["lossy"], moves), state["step"] // EVERY
    _, table, loss = seen[n]
    places = [[show(x, 2) for x in row] for row in table.tolist()]
    nearest = next(i for i in letters.by_vowelness(table) if i not in VOWELS + ".")
    said: list[Any] = ["begin" if state["step"] == 0 else "mixed", {}]
    if state["step"] and letters.vowel_gap(table) > 0:
        said[0] = "apart"
    if moves and moves[-1][0] == state["step"]:
        _, who, *_ = moves[-1]
        said = ["carried", {"who": ABC[who], "x": places[who][0], "y": places[who][1]}]
    elif moves and moves[-1][0] < state["step"]:
        at, who, x, y = moves[-1]
        home = seen[at // EVERY][0][who]
        far, left = np.array([x, y]) * GRID - home, table[who] - home
        said = ["after", {"who": ABC[who], "from": str(at)}]
        said[1] |= {"far": show(np.linalg.norm(far), 2), "left": show(np.linalg.norm(left), 2)}
    said[1] |= {"step": str(state["step"]), "loss": show(loss, 3), "nearest": nearest}
    letter = state["letter"]
    return {
        "places": places,
        "loss": show(loss, 3),
        "whole": show(run(*key, False, moves)[n][2], 3) if state["lossy"] else "",
        "nearest": nearest if letters.vowel_gap(table) > 0 else "–",
        "chosen": [] if letter < 0 else [ABC[letter], *places[letter]],
        "said": said,
    }


def carries(seed: int) -> list[Moves]:
    """Three letters of a seed that are carried off: one at the start, two when all is learned."""
    draw = np.random.default_rng(seed)
    where = [tuple(draw.integers(-8, 9, 2).tolist()) for _ in range(3)]
    who = [ABC.index("e"), ABC.index("t"), int(draw.integers(0, len(ABC)))]
    return [((at, i, *xy),) for at, i, xy in zip((400, 0, 400), who, where, strict=True)]


def as_state(
    seed: int, how: str, batches: bool, lose: bool, moves: Moves, step: int, letter: int
) -> State:
    named = [dict(zip(("step", "letter", "x", "y"), move, strict=True)) for move in moves]
    state = {"seed": seed, "how": how, "batches": batches, "lossy": lose}
    return state | {"step": step, "letter": letter, "moves": named}


def in_pairs() -> Iterator[tuple[State, dict[str, Any]]]:
    """The states that a browser is brought to."""
    for one, two in combinations(CONTROLS, 2):
        for a, b in product(CONTROLS[one], CONTROLS[two]):
            state = START | {one: a, two: b}
            yield state, shown(state)


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    runs: list[tuple[int, str, bool, bool, Moves]] = [
        (seed, how, False, False, ()) for seed in SEEDS for how in HOW[1::3]
    ]
    runs += [(666, how, False, False, ()) for how in (*HOW[::3], *HOW[2::3])]
    runs += [
        (seed, how, batches, lose, ())
        for seed in (666, 1)
        for how in HOW[1::3]
        for batches, lose in ((False, True), (True, False), (True, True))
    ]
    runs += [(seed, HOW[1], False, False, moves) for seed in SEEDS for moves in carries(seed)[:1]]
    yield from in_pairs()
    for n, one in enumerate(runs):
        for step in range(0, ends(one[1], one[2], one[4]) + 1, EVERY):
            letter = (n + step // EVERY) % (len(ABC) + 1) - 1
            state = as_state(*one, step, letter)
            yield state, shown(state)


# --- in a page ---------------------------------------------------------------------------------

STEM = "index"
START = as_state(666, "adam-0.05", False, False, (), 0, -1)
CARRIED = {"step": 0, "letter": ABC.index("e"), "x": -8, "y": -8}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "seed": [666, 1],
    "how": ["adam-0.05", "sgd-1"],
    "batches": [False, True],
    "lossy": [False, True],
    "step": [0, 400],
    "letter": [-1, ABC.index("e")],
    "moves": [[], [CARRIED]],
}
WRONG: list[Any] = []
# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("nearest", "guess_nearest_2", lambda figure: figure.locator("[data-do=play]").click())


def possible(state: State) -> bool:
    return True


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    if not figure.locator("[name=seed]").is_visible():
        figure.locator("summary").click()
    figure.locator("[name=seed]").select_option(str(state["seed"]))
    figure.locator("[name=how]").select_option(state["how"])
    figure.locator("[name=batches]").select_option(str(int(state["batches"])))
    figure.locator("[name=lossy]").set_checked(state["lossy"])
    figure.locator(".drawing[aria-busy=false]").wait_for()
    if state["moves"]:
        figure.locator(".map").focus()
        figure.page.keyboard.press(ABC[state["moves"][0]["letter"]])
        for key in ("ArrowLeft", "ArrowDown"):
            for _ in range(20):
                figure.page.keyboard.press(key)
    figure.locator("[name=letter]").select_option(str(state["letter"]))
    figure.locator("[name=at]").fill(str(state["step"] // EVERY))


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    names = ("loss", "whole", "nearest")
    return {name: right[name] for name in names} | {"chosen": " ".join(right["chosen"][1:])}
