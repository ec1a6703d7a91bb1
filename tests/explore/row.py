"""States of emb-row, by torch.optim in float64; embedlib's plain rules give the same.

A state is made of independent parts: two visits and an optimizer with its options say the whole
path, the step says how much of it is there. Every pair of visits is taken with every optimizer and
all of its options, each in six steps, the last among them, which shows the line of w in all 60;
two pairs of visits in every step; and 10,000 whole states drawn at random.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch

from embedlib import SparseGrad, optim
from tests.explore.shown import short, show

STEPS = 60
VISITS = [1, *range(5, 55, 5)]
PAIRS = list(combinations_with_replacement(VISITS, 2))
LR, MOMENTUM, DECAY = [0.01, 0.05, 0.1], [0, 0.5, 0.9], [0, 0.01, 0.1]
BETAS = ["0.9, 0.999", "0.5, 0.999", "0.0, 0.999", "0.9, 0.9"]
REFUSED = {
    "SGD": ["betas"],
    "Adagrad": ["momentum", "betas"],
    "Adam": ["momentum"],
    "AdamW": ["momentum"],
    "SparseAdam": ["momentum", "weight_decay"],
}
OURS = {
    "SGD": optim.sgd_plain,
    "Adagrad": optim.adagrad_plain,
    "Adam": optim.adam_plain,
    "AdamW": optim.adam_plain,
    "SparseAdam": optim.sparse_adam_plain,
}
State = dict[str, Any]


class Options(NamedTuple):
    """An optimizer with its options; those that it has not are as the figure opens with them."""

    optimizer: str
    lr: float
    momentum: float
    betas: str
    decay: float

    def torch(self) -> dict[str, Any]:
        betas = tuple(map(float, self.betas.split(", ")))
        taken = {"momentum": self.momentum, "betas": betas, "weight_decay": self.decay}
        without = REFUSED[self.optimizer]
        return {"lr": self.lr} | {k: v for k, v in taken.items() if k not in without}


def every_options() -> Iterator[Options]:
    for name, without in REFUSED.items():
        yield from (
            Options(name, *options)
            for options in product(
                LR,
                [0] if "momentum" in without else MOMENTUM,
                BETAS[:1] if "betas" in without else BETAS,
                [0] if "weight_decay" in without else DECAY,
            )
        )


def gradients(step: int) -> torch.Tensor:
    """Of the rows of a table, one for each pair of visits."""
    return torch.tensor([[float(step in pair)] for pair in PAIRS], dtype=torch.float64)


@cache
def paths(options: Options) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """By torch, w and its state: in each step, for each pair of visits."""
    lazy = options.optimizer == "SparseAdam"
    table = torch.nn.Parameter(torch.ones(len(PAIRS), 1, dtype=torch.float64))
    optimizer = getattr(torch.optim, options.optimizer)([table], **options.torch())
    path, kept = [table.detach().numpy().copy()], []
    for t in range(1, STEPS + 1):
        dense = gradients(t)
        rows = dense[:, 0].nonzero().T
        table.grad = dense
        if lazy:
            values = dense[rows[0]]
            table.grad = torch.sparse_coo_tensor(rows, values, dense.shape, check_invariants=True)
        optimizer.step()
        path.append(table.detach().numpy().copy())
        arrays = {
            name: x.numpy().copy()
            for name, x in optimizer.state[table].items()
            if torch.is_tensor(x) and x.shape == table.shape
        }
        kept.append(arrays)
    as_ours(options, path)
    stacked = {name: np.array([k[name] for k in kept])[..., 0] for name in kept[0]}
    return np.array(path)[..., 0], stacked


def as_ours(options: Options, path: list[np.ndarray]) -> None:
    """embedlib's rules go the same way."""
    w, state, given = path[0], {}, options.torch()
    if options.optimizer == "AdamW":
        given["decoupled_weight_decay"] = True
    for t in range(1, STEPS + 1):
        grad = gradients(t).numpy()
        if options.optimizer == "SparseAdam":
            rows = np.flatnonzero(grad)
            grad = SparseGrad(rows, grad[rows], grad.shape)
        w, state = OURS[options.optimizer](w, grad, state, **given)
        np.testing.assert_allclose(w, path[t], rtol=0, atol=1e-10)


@cache
def messages(optimizer: str) -> list[str]:
    """What torch says to the options that an optimizer has not."""
    said = []
    for name in REFUSED[optimizer]:
        try:
            getattr(torch.optim, optimizer)([torch.nn.Parameter(torch.ones(1))], **{name: 0.5})
        except TypeError as error:
            said.append(f"TypeError: {error}")
    return said


def small(name: str, x: float) -> str:
    """A number of the state, as the figure writes it."""
    if name != "exp_avg_sq":
        return show(x, 4)
    if x == 0 or x > 3e-6:
        return show(x, 6)
    digits, power = f"{x * (1 + 1e-9):.2e}".split("e-")
    return f"{digits}e−{int(power)}"


class Shown:
    """What the figure must show for a pair of visits, after each step."""

    def __init__(self, options: Options, pair: tuple[int, int]) -> None:
        self.options, self.pair = options, pair
        path, kept = paths(options)
        n = PAIRS.index(pair)
        self.path, self.kept = path[:, n], {name: k[:, n] for name, k in kept.items()}
        self.moves = np.abs(np.diff(self.path, prepend=1.0))
        there = np.isin(np.arange(STEPS + 1), pair)
        self.way, self.unseen = self.moves.cumsum(), np.where(there, 0, self.moves).cumsum()
        self.half = int(np.argmax(self.way >= self.way[-1] / 2 - 1e-9))
        self.words = [show(w, 4) for w in self.path.tolist()]
        least = self.path.min() + 1e-9
        tight = options.lr == 0.01 and least >= 0.8
        self.bottom = 0.8 if tight else min(0.0, float(np.floor(least)))

    def key(self, step: int, move: str) -> str:
        """Which sentence is said."""
        name, decay = self.options.optimizer, self.options.decay
        if step in (0, STEPS):
            seen = show(float(self.unseen[step]), 4) == "0.0000"
            return "begin" if step == 0 else "end_seen" if seen else "end"
        if step in self.pair:
            return "visit"
        if name == "SparseAdam":
            return "lazy"
        remembers = step >= self.pair[0] and (
            self.options.momentum > 0
            or (name in ("Adam", "AdamW") and float(self.options.betas.split(",")[0]) > 0)
        )
        if remembers:
            return "both" if decay else "hardly" if move == "0.0000" else "away"
        if decay:
            return "decays"
        if step < self.pair[0]:
            return "new"
        return {"SGD": "plain", "Adagrad": "brake"}.get(name, "forgot")

    def at(self, step: int) -> dict[str, Any]:
        way, unseen = float(self.way[step]), float(self.unseen[step])
        move = show(float(self.moves[step]), 4)
        share = f"{show(100 * unseen / way, 0)} %" if way > 0 else "–"
        return {
            "w": self.words[step],
            "gradient": "–" if step == 0 else str(int(step in self.pair)),
            "ticks": [short(x) for x in (1, (1 + self.bottom) / 2, self.bottom)],
            "kept": [
                [
                    name,
                    small(name, float(numbers[step - 1])) if step else "–",
                    small(name, max(0.0, float(numbers.max()))),
                ]
                for name, numbers in self.kept.items()
            ],
            "seen": show(way - unseen, 4),
            "unseen": show(unseen, 4),
            "share": share,
            "line": " ".join(self.words[: step + 1]),
            "refused": messages(self.options.optimizer),
            "said": [
                self.key(step, move),
                {
                    "optimizer": self.options.optimizer,
                    "step": str(step),
                    "move": move,
                    "w": self.words[step],
                    "way": show(way, 4),
                    "unseen": show(unseen, 4),
                    "share": share,
                    "half": str(self.half),
                },
            ],
        }


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    draw = Random(0)
    every = list(product(every_options(), PAIRS))
    drawn: dict[Any, list[int]] = {}
    for _ in range(10_000):
        drawn.setdefault(draw.choice(every), []).append(draw.randint(0, STEPS))
    for options, pair in every:
        shown = Shown(options, pair)
        steps = {0, pair[0] - 1, pair[0], (sum(pair) + 1) // 2, pair[1], STEPS}
        if pair in ((1, 1), (5, 30)):
            steps = set(range(STEPS + 1))
        elif options == Options(*(START[name] for name in Options._fields)):
            steps |= set(CONTROLS["step"])
        for step in [*sorted(steps), *drawn.get((options, pair), [])]:
            visits = {"first": pair[0], "last": pair[1], "step": step}
            yield options._asdict() | visits, shown.at(step)


# --- in a page ---------------------------------------------------------------------------------

STEM = "08_optimizers"
START: State = {
    "optimizer": "Adam",
    "lr": 0.1,
    "momentum": 0,
    "betas": BETAS[0],
    "decay": 0,
    "first": 1,
    "last": 1,
    "step": 1,
}
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "optimizer": ["SGD", "Adagrad", "Adam", "AdamW", "SparseAdam"],
    "lr": [0.01, 0.1],
    "momentum": [0, 0.9],
    "betas": [BETAS[0], BETAS[2]],
    "decay": [0, 0.01],
    "first": [1, 20],
    "last": [1, 30],
    "step": [1, 20, 60],
}
WRONG: list[Any] = []
# More states, full of numbers.
FULL = [{"optimizer": "AdamW", "decay": 0.1, "last": 30, "step": 60}]
# What is asked, the right answer, and what a reader does to see it.
QUESTION = ("half", "guess_half_2", lambda figure: figure.locator("[data-do=play]").click())


def possible(state: State) -> bool:
    """What torch refuses cannot be chosen, and the last visit is not before the first."""
    options = {"momentum": state["momentum"], "betas": state["betas"] != BETAS[0]}
    options["weight_decay"] = state["decay"]
    refused = any(options[name] for name in REFUSED[state["optimizer"]])
    return not refused and bool(state["first"] <= state["last"])


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    figure.locator("[name=optimizer]").select_option(state["optimizer"])
    for name in ("lr", "momentum", "betas", "decay"):
        control = figure.locator(f"[name={name}]")
        if control.is_enabled():
            control.select_option(str(state[name]))
    for name in ("last", "first"):
        figure.locator(f"[name={name}]").fill(str(VISITS.index(state[name])))
    figure.locator("[name=step]").fill(str(state["step"]))


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    found = {name: right[name] for name in ("w", "gradient", "seen", "unseen", "share")}
    found |= {f"tick-{n}": tick for n, tick in enumerate(right["ticks"])}
    found |= {f"refused-{n}": message for n, message in enumerate(right["refused"])}
    for name, number, most in right["kept"]:
        found |= {name: number, f"{name}-most": most}
    return found
