"""States of emb-cost: bytes of what torch makes, its count of operations, ids that are routed.

On one machine: every state. On several a state is made of three independent parts, what a rank
keeps, what it sends, and whom the ids ask: every one of each, and 10,000 whole states drawn.

Table, dense gradient and state are torch's own, at full size on the device "meta", which makes
nothing; a sparse gradient is made for real, and its bytes are counted for one id. Messages are
sent for real from rank to rank where they are small (``route``), and a formula that agrees with
them counts the large ones. Whom skewed ids ask is summed row by row, and by torch's digamma for
tables that are too long to sum.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.explore.shown import show

ROWS = [27, 729, 19_683, 531_441, 14_348_907, 387_420_489, 10**9, 10_460_353_203]
COLUMNS = [2, 16, 128, 1024]
IDS = [1024, 8192, 65_536, 524_288]
TYPES = {4: torch.float32, 2: torch.bfloat16}
OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, float], bool, str]] = {
    "SGD": (torch.optim.SGD, {}, False, "SGD"),
    "SGD-sparse": (torch.optim.SGD, {}, True, "SGD, sparse=True"),
    "SGD-momentum": (torch.optim.SGD, {"momentum": 0.9}, False, "SGD, momentum"),
    "Adagrad": (torch.optim.Adagrad, {}, False, "Adagrad"),
    "Adagrad-sparse": (torch.optim.Adagrad, {}, True, "Adagrad, sparse=True"),
    "Adam": (torch.optim.Adam, {}, False, "Adam"),
    "SparseAdam": (torch.optim.SparseAdam, {}, True, "SparseAdam"),
}
RANKS = [1 << n for n in range(11)]
SKEWS, DEALS, MACHINES = ["even", "zipf"], ["blocks", "turn"], [1, 16, 80]
GB = 10**9
State = dict[str, Any]


# --- numbers as they are shown -----------------------------------------------------------------


def rounded(x: int) -> tuple[str, int]:
    """Three digits, halves up, and the power of ten of the first."""
    digits = len(str(x)) - 1
    if digits > 2:
        x = int(Fraction(x, 10 ** (digits - 2)) + Fraction(1, 2)) * 10 ** (digits - 2)
    return str(x), len(str(x)) - 1


def size(x: int) -> str:
    text, power = rounded(x)
    unit = power // 3
    return (
        f"{float(Fraction(int(text), 1000**unit)):g} {('B', 'kB', 'MB', 'GB', 'TB', 'PB')[unit]}"
    )


def many(x: int) -> str:
    if x < GB:
        return f"{x:,}"
    text, power = rounded(x)
    up = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{float(Fraction(int(text), 10**power)):g} × 10{up}"


def times(x: float) -> str:
    return f"{x * (1 + 1e-9):.3g}"


def percent(part: int, whole: int) -> str:
    number = int(Fraction(100 * part, whole) + Fraction(1, 2))
    return f"{number} %" if number else "< 1 %"


# --- one machine ---------------------------------------------------------------------------------


@cache
def of_torch(rows: int, columns: int, width: int, optimizer: str) -> tuple[int, int, int]:
    """Bytes of table, gradient and state: the gradient for each id, if it is sparse."""
    kind, options, sparse, _ = OPTIMIZERS[optimizer]
    made, device = (27, "cpu") if sparse else (rows, "meta")
    layer = torch.nn.Embedding(made, columns, dtype=TYPES[width], device=device, sparse=sparse)
    trained: Any = kind
    stepper = trained(layer.parameters(), lr=0.1, **options)
    layer(torch.arange(8, device=device)).sum().backward()
    grad = layer.weight.grad
    assert grad is not None
    stepper.step()
    kept = [x for x in stepper.state[layer.weight].values() if torch.is_tensor(x)]
    state = sum(x.nbytes for x in kept if x.shape == layer.weight.shape)  # and a counter
    if not sparse:
        return layer.weight.nbytes, grad.nbytes, state
    bytes_of_grad = grad._values().nbytes + grad._indices().nbytes
    assert bytes_of_grad % 8 == state % layer.weight.nbytes == 0
    table = torch.empty(rows, columns, dtype=TYPES[width], device="meta").nbytes
    return table, bytes_of_grad // 8, table * (state // layer.weight.nbytes)


def parts(rows: int, state: State) -> tuple[int, int, int]:
    optimizer = state["optimizer"]
    table, gradient, kept = of_torch(rows, state["columns"], state["bytes"], optimizer)
    return table, gradient * (state["ids"] if OPTIMIZERS[optimizer][2] else 1), kept


@cache
def most(columns: int, ids: int, width: int, optimizer: str, limit: int) -> int:
    """The most rows that fit: those that are found do, and one more does not."""
    state = {"columns": columns, "ids": ids, "bytes": width, "optimizer": optimizer}
    one, two = (sum(parts(rows, state)) for rows in (27, 28))
    each = two - one
    rows = max(0, (limit - (one - 27 * each)) // each)
    assert sum(parts(rows + 1, state)) > limit
    assert rows == 0 or sum(parts(rows, state)) <= limit
    return rows


@cache
def multiplied(rows: int, columns: int, ids: int) -> int:
    with FlopCounterMode(display=False) as counted:
        torch.empty(ids, rows, device="meta") @ torch.empty(rows, columns, device="meta")
    assert counted.get_total_flops() % 2 == 0  # an addition goes with each multiplication
    return int(counted.get_total_flops()) // 2


@cache
def worked(rows: int, columns: int, ids: int, width: int) -> list[tuple[int, int, int]]:
    """By product and lookup: multiplications, bytes that go in, bytes read from the table."""
    table = torch.empty(rows, columns, dtype=TYPES[width], device="meta")
    hot = torch.empty(ids, rows, dtype=TYPES[width], device="meta")
    names = torch.zeros(ids, dtype=torch.int64, device="meta")
    with FlopCounterMode(display=False) as counted:
        found = torch.nn.functional.embedding(names, table)
    return [
        (multiplied(rows, columns, ids), hot.nbytes, table.nbytes),
        (int(counted.get_total_flops()), names.nbytes, found.nbytes),
    ]


def on_one(state: State) -> dict[str, Any]:
    rows, columns, ids, width = (state[k] for k in ("rows", "columns", "ids", "bytes"))
    by_product, by_lookup = worked(rows, columns, ids, width)
    made = parts(rows, state)
    every = sum(made)
    enough = next((gb for gb in MACHINES if every <= gb * GB), None)
    machines = []
    for gb in MACHINES:
        limit = gb * GB
        fits = ["full", percent(every, limit)]
        if every > limit:
            fits = ["over", size(every - limit)]
        machines.append([*fits, f"{most(columns, ids, width, state['optimizer'], limit):,}"])
    return {
        "product": [many(by_product[0]), size(by_product[1]), size(by_product[2])],
        "lookup": [many(by_lookup[0]), size(by_lookup[1]), size(by_lookup[2])],
        "parts": [size(x) for x in (*made, every)],
        "machines": machines,
        "said": [
            f"enough_{enough}" if enough else "never",
            {
                "optimizer": OPTIMIZERS[state["optimizer"]][3],
                "all": f"{every:,}",
                "ids": f"{ids:,}",
                "multiplied": f"{by_product[0]:,}",
                "read": f"{by_lookup[2]:,}",
            },
        ],
    }


# --- several -------------------------------------------------------------------------------------


def route(way: str, rows: int, columns: int, ids: int, width: int, ranks: int) -> list[int]:
    """Real messages of a step: how many bytes of ids, of rows and gradient rows, of counts.

    All ranks together; each rank asks every owner for as many rows.
    """
    table = torch.zeros(rows, columns, dtype=TYPES[width])
    owners = torch.arange(ranks).repeat_interleave(-(-rows // ranks))[:rows]
    if way == "by_table":
        owners.zero_()
    held = [(owners == rank).nonzero()[:, 0] for rank in range(ranks)]
    sent = [0, 0, 0]
    for asking in range(ranks):
        if way == "by_row":
            batch = torch.cat([h[torch.randint(len(h), (ids // ranks,))] for h in held])
        else:
            batch = torch.randint(rows, (ids,))
        for answering in set(range(ranks)) - {asking}:
            wanted = batch if way == "by_column" else batch[owners[batch] == answering]
            mine = slice(None)
            if way == "by_column":
                mine = slice(answering * columns // ranks, (answering + 1) * columns // ranks)
            answer = table[wanted][:, mine]
            sent[0] += wanted.nbytes
            sent[1] += answer.nbytes + torch.ones_like(answer).nbytes
            sent[2] += torch.tensor([len(wanted)]).nbytes
    return sent


def formula(way: str, columns: int, ids: int, width: int, ranks: int) -> list[Fraction]:
    """The same by a formula, for one rank on average."""
    away = Fraction(ids * (ranks - 1), ranks)
    asked = ids * (ranks - 1) if way == "by_column" else away
    return [8 * Fraction(asked), 2 * away * columns * width, Fraction(8 * (ranks - 1))]


def ring(numbers: int, width: int, ranks: int) -> tuple[int, list[torch.Tensor]]:
    """A gradient that is added up over all ranks, and brought to each: bytes, of all together."""
    pieces = [
        list(torch.full((numbers,), float(rank), dtype=TYPES[width]).tensor_split(ranks))
        for rank in range(ranks)
    ]
    sent = 0
    for turn in range(2 * (ranks - 1)):
        going = [(rank, (rank - turn) % ranks) for rank in range(ranks)]
        for rank, piece, box in [(r, p, pieces[r][p]) for r, p in going]:
            sent += box.nbytes
            there = pieces[(rank + 1) % ranks]
            there[piece] = there[piece] + box if turn < ranks - 1 else box
    return sent, [torch.cat(list(x)) for x in pieces]


def copied(state: State) -> tuple[int, int]:
    """What a rank sends that has the whole table: bytes of ids, bytes of gradients."""
    rows, columns, ids, width, ranks = (
        state[k] for k in ("rows", "columns", "ids", "bytes", "ranks")
    )
    table, gradient, _ = of_torch(rows, columns, width, state["optimizer"])
    if OPTIMIZERS[state["optimizer"]][2]:  # the list goes to everyone
        others = ids * (ranks - 1)
        return 8 * others, (gradient - 8) * others
    return 0, int(Fraction(2 * (ranks - 1) * table, ranks) + Fraction(1, 2))


def check_the_formula() -> None:
    for numbers, width, ranks in product((54, 432), TYPES, (1, 2, 4, 8)):
        sent, sums = ring(numbers, width, ranks)
        assert sent == 2 * (ranks - 1) * numbers * width
        assert all(bool((x == sum(range(ranks))).all()) for x in sums)
    for way, columns, width, ranks in product(WAYS, (8, 16), TYPES, (1, 2, 4, 8)):
        sent = [Fraction(x, ranks) for x in route(way, 729, columns, 1024, width, ranks)]
        assert sent == formula(way, columns, 1024, width, ranks), (way, columns, width, ranks)
    # Whoever is asked how often: what leaves the ranks together is the same.
    for weights in ([1, 2, 3, 4], [1, 1, 1, 97]):
        shares = [Fraction(w, sum(weights)) for w in weights]
        away = [1024 * s for rank in range(4) for other, s in enumerate(shares) if other != rank]
        assert 8 * sum(away) / 4 == formula("by_row", 2, 1024, 4, 4)[0]


@cache
def frequencies(rows: int) -> np.ndarray:
    return 1 / np.arange(1, rows + 1, dtype=np.float64)


def psi(x: float) -> float:
    return torch.special.digamma(torch.tensor(x, dtype=torch.float64)).item()


def asked(rows: int, ranks: int, deal: str, rank: int, summed: bool) -> float:
    """How often a rank is asked, under Zipf's law: the sum over its rows."""
    block = -(-rows // ranks)
    start, stop = min(rows, rank * block), min(rows, (rank + 1) * block)
    if summed:
        f = frequencies(rows)
        return float((f[start:stop] if deal == "blocks" else f[rank::ranks]).sum())
    if deal == "blocks":
        return psi(stop + 1) - psi(start + 1)
    owned, first = len(range(rank, rows, ranks)), (rank + 1) / ranks
    return (psi(owned + first) - psi(first)) / ranks


@cache
def shares(rows: int, ranks: int, skew: str, deal: str) -> list[float]:
    """Of the first ranks."""
    few, block = range(min(ranks, 8)), -(-rows // ranks)
    if skew == "even":
        turns = [len(range(rank, rows, ranks)) for rank in few]
        blocks = [len(range(rows)[rank * block : (rank + 1) * block]) for rank in few]
        return [owned / rows for owned in (turns if deal == "turn" else blocks)]
    summed = rows <= 531_441 or (rows == 14_348_907 and ranks >= 64)
    whole = asked(rows, 1, "blocks", 0, summed)
    return [asked(rows, ranks, deal, rank, summed) / whole for rank in few]


def check_digamma() -> None:
    for ranks, deal, rank in product((1, 8, 1024), DEALS, (0, 1)):
        if rank < ranks:
            both = [asked(531_441, ranks, deal, rank, summed) for summed in (True, False)]
            np.testing.assert_allclose(*both, rtol=1e-10)


WAYS = ["by_row", "by_column", "by_table"]


def on_several(state: State) -> dict[str, Any]:
    rows, columns, ids, width, ranks = (
        state[k] for k in ("rows", "columns", "ids", "bytes", "ranks")
    )
    part = shares(rows, ranks, state["skew"], state["deal"])
    busy = times(part[0] * ranks)
    shapes = {
        "by_row": (-(-rows // ranks), columns, busy),
        "by_column": (rows, columns // ranks, "1"),
        "by_table": (rows, columns, str(ranks)),
    }
    shown = {}
    for way, (tall, wide, busiest) in shapes.items():
        if not wide:
            shown[way] = ["–"] * 6
            continue
        table, _, kept = of_torch(tall, wide, width, state["optimizer"])
        sent = [int(x) for x in formula(way, columns, ids, width, ranks)]
        fits = next((f"{gb} GB" for gb in MACHINES if table + kept <= gb * GB), "> 80 GB")
        numbers = [size(table + kept), fits, *map(size, (sent[0], sent[1], sum(sent))), busiest]
        shown[way] = numbers
    table, _, kept = of_torch(rows, columns, width, state["optimizer"])
    fits = next((f"{gb} GB" for gb in MACHINES if table + kept <= gb * GB), "> 80 GB")
    sent = list(copied(state))
    shown["copied"] = [size(table + kept), fits, *map(size, (*sent, sum(sent))), "1"]
    sent = [int(x) for x in formula("by_row", columns, ids, width, ranks)]
    return shown | {
        "shares": [show(100 * x, 1) for x in part],
        "said": [
            "alone" if ranks == 1 else f"asked_{state['skew']}",
            {
                "ids": f"{sent[0] // 8:,}",
                "row": str(columns * width),
                "others": str(ranks - 1),
                "all": f"{sum(sent):,}",
                "ranks": str(ranks),
                "share": f"{times(100 * part[0])} %",
                "busy": busy,
                "copied": shown["copied"][4],
            },
        ],
    }


def states() -> Iterator[tuple[State, dict[str, Any]]]:
    check_the_formula()
    check_digamma()
    table = {"rows": ROWS, "columns": COLUMNS, "bytes": list(TYPES), "optimizer": list(OPTIMIZERS)}
    traffic = {"columns": COLUMNS, "ids": IDS, "bytes": list(TYPES), "ranks": RANKS}
    whom = {"rows": ROWS, "ranks": RANKS, "skew": SKEWS, "deal": DEALS}
    for state in every(START, table | {"ids": IDS}):
        yield state, on_one(state)
    for part in (table | {"ranks": RANKS}, traffic, whom):
        for state in every(SEVERAL, part):
            yield state, on_several(state)
    page = {k: [*{*v, START[k], SEVERAL[k]}] for k, v in CONTROLS.items() if k != "view"}
    for state in every(SEVERAL, page):
        yield state, on_several(state)
    draw, whole = Random(0), table | traffic | whom
    for _ in range(10_000):
        state = SEVERAL | {name: draw.choice(values) for name, values in whole.items()}
        yield state, on_several(state)


def every(start: State, grid: dict[str, list[Any]]) -> Iterator[State]:
    for values in product(*grid.values()):
        yield start | dict(zip(grid, values, strict=True))


# --- in a page ---------------------------------------------------------------------------------

STEM = "13_cost"
PLAYS = False
START: State = {
    "view": "one",
    "rows": 14_348_907,
    "columns": 128,
    "ids": 65_536,
    "bytes": 4,
    "optimizer": "Adam",
    "ranks": 8,
    "skew": "even",
    "deal": "blocks",
}
# What the figure opens on in chapter 14.
SEVERAL = START | {"view": "several", "rows": 10**9}
STARTS = [START, SEVERAL]
# Values that the controls are set to, in pairs.
CONTROLS: dict[str, list[Any]] = {
    "view": ["one", "several"],
    "rows": [27, 14_348_907],
    "columns": [2, 128],
    "ids": [1024],
    "bytes": [4, 2],
    "optimizer": ["SparseAdam"],
    "ranks": [2, 1024],
    "skew": ["even", "zipf"],
    "deal": ["blocks", "turn"],
}
WRONG: list[Any] = []


def the_one_that_fits(figure: Any) -> None:
    """Seven letters' rows, as small as the controls allow."""
    fits = {"rows": 27**7, "columns": 2, "bytes": 2, "optimizer": "SGD-sparse"}
    drive(figure, START | fits)


QUESTION = ("seven", "guess_seven_2", the_one_that_fits)


def possible(state: State) -> bool:
    """On one machine there are no ranks to choose."""
    return state["view"] == "several" or all(
        state[k] == START[k] for k in ("ranks", "skew", "deal")
    )


def drive(figure: Any, state: State) -> None:
    """Bring the figure from its start to a state, as a reader would."""
    several = state["view"] == "several"
    for name in ("view", "bytes", "optimizer", *(["skew", "deal"] if several else [])):
        figure.locator(f"[name={name}]").select_option(str(state[name]))
    grid = {"rows": ROWS, "columns": COLUMNS, "ids": IDS, **({"ranks": RANKS} if several else {})}
    for name, values in grid.items():
        figure.locator(f"[name={name}]").fill(str(values.index(state[name])))


def visible(right: dict[str, Any]) -> dict[str, str]:
    """What can be read: ``data-is`` of a text -> the text."""
    columns = ["product", "lookup"] if "product" in right else [*WAYS, "copied"]
    found = {f"{name}-{n}": number for name in columns for n, number in enumerate(right[name])}
    if "product" in right:
        found |= {f"part-{n}": number for n, number in enumerate(right["parts"])}
        for n, (_, number, rows) in enumerate(right["machines"]):
            found |= {f"machine-{n}": number, f"most-{n}": rows}
    elif int(right["said"][1]["ranks"]) <= 8:
        found |= {f"share-{n}": number for n, number in enumerate(right["shares"])}
    return found
