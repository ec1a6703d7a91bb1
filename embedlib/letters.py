"""The thread of the book: 27 letters, two numbers each, and nobody told the table what a vowel is.

2,240 words, each letter of them an id; a table with one row for each letter; and one question to
learn from: which letter comes next? `words` and `pairs` are the data, `NextLetter` is the model,
`train` the loop of Chapter 3, `LetterMap` a picture of the table.

The words come from the names of characters in Unicode 3.2, which every Python carries and none
changes: so nothing is downloaded, the words are the same everywhere, also in the page, and a
reader of any language can look at each character.

>>> import embedlib
>>> _ = embedlib.manual_seed(0)
>>> model = NextLetter()
>>> losses = train(model, embedlib.optim.Adam(model.parameters(), lr=0.05), steps=400)
>>> print(by_vowelness(model.table.weight.data)[:6])
oaiuen
"""

import re
from functools import cache
from typing import Any

import numpy as np

from embedlib.arrays import Array, Int64Array
from embedlib.characters import MADE, named
from embedlib.modules import Embedding, Linear, Module
from embedlib.optim import Optimizer
from embedlib.palette import PALETTE
from embedlib.random import Generator

ABC = ".abcdefghijklmnopqrstuvwxyz"
"""The letter of each id. "." stands before a word and behind it."""

VOWELS = "aeiou"
"""What the table is never told: only pictures and measurements know it."""

# Those too: names that differ in a syllable or a number would drown the others.
_MADE = (*MADE, "ARABIC LIGATURE", "ETHIOPIC", "CANADIAN")
_BASIC_PLANE = range(0x10000)


# --- the data ------------------------------------------------------------------------------------


@cache
def names() -> dict[str, str]:
    """The names of 8,466 characters of Unicode 3.2, without those that a rule makes.

    Source: ``unicodedata.ucd_3_2_0``, which Python keeps as it was in 2002.

    >>> names()["★"]
    'BLACK STAR'
    """
    return named(_BASIC_PLANE, _MADE)


@cache
def words() -> list[str]:
    """The 2,240 words of three letters or more in those names, each once, in order.

    >>> len(words()), words()[1000:1003]
    (2240, ['khyud', 'khz', 'king'])
    """
    return sorted({w.lower() for name in names().values() for w in re.findall("[A-Z]{3,}", name)})


def encode(text: str) -> Int64Array:
    """The ids of letters.

    Raises:
        ValueError: a character has no id.

    >>> encode(".cab.")
    array([0, 3, 1, 2, 0])
    """
    unknown = sorted(set(text) - set(ABC))
    if unknown:
        raise ValueError(f"no id for {', '.join(map(repr, unknown))}: the letters are {ABC!r}")
    return np.array([ABC.index(letter) for letter in text], np.int64)


def pairs() -> tuple[Int64Array, Int64Array]:
    """Each letter of the words, and the letter behind it: two arrays of 15,393 ids.

    >>> ids, following = pairs()
    >>> len(ids), [ABC[i] + ABC[j] for i, j in zip(ids[:5], following[:5])]
    (15393, ['.a', 'aa', 'ab', 'ba', 'aa'])
    """
    ids = encode("." + ".".join(words()) + ".")
    return ids[:-1], ids[1:]


def count(ids: Int64Array, following: Int64Array) -> Array:
    """How often letter j stands behind letter i: shape ``(27, 27)``.

    >>> count(*pairs())[encode("q"), encode("u")]
    array([35])
    """
    counts = np.zeros((len(ABC), len(ABC)), np.int64)
    np.add.at(counts, (ids, following), 1)
    return counts


# --- the model -----------------------------------------------------------------------------------


def cross_entropy(logits: Array, target: Int64Array) -> tuple[float, Array]:
    """How much a guess surprises: the mean of ``-log(softmax(logits)[i, target[i]])``.

    Args:
        logits: scores, shape ``(N, C)``.
        target: the right class of each row, ids below C, shape ``(N,)``.

    Returns:
        the loss, and its gradient: ``(softmax(logits) - one_hot(target)) / N``, the shape and the
        dtype of `logits`.

    Source: ``torch.nn.functional.cross_entropy``. Chapter 03.

    >>> loss, grad = cross_entropy(np.zeros((1, 2)), np.array([1]))
    >>> print(round(loss, 4), grad)
    0.6931 [[ 0.5 -0.5]]
    """
    counts = np.zeros(logits.shape)
    counts[np.arange(len(target)), target] = 1
    return counted_cross_entropy(logits, counts)


def counted_cross_entropy(logits: Array, counts: Array) -> tuple[float, Array]:
    """`cross_entropy` where row i of `logits` is asked ``counts[i, j]`` times, and j was right.

    15,393 pairs of letters are only 27 x 27 different ones. Counted, they give the same loss and
    the same gradient, but for rounding, in a hundredth of the time.

    >>> loss, grad = counted_cross_entropy(np.zeros((1, 2)), np.array([[1, 3]]))
    >>> print(round(loss, 4), grad)
    0.6931 [[ 0.25 -0.25]]
    """
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    loss = (counts * (np.log(total) - z)).sum() / counts.sum()
    grad = (p / total * counts.sum(axis=1, keepdims=True) - counts) / counts.sum()
    return float(loss), grad.astype(logits.dtype)


class NextLetter(Module):
    """A table of letters, and a linear layer that scores which letter comes next.

    ``logits = output(table(ids))``: one row of 27 scores for each id.

    Args:
        embedding_dim: D, the numbers of a letter; the default, 2, can be drawn.
        options: of the table, those of `embedlib.Embedding`.

    Attributes:
        table: `embedlib.Embedding` ``(27, D)``. output: `embedlib.Linear`, D to 27.

    Source: the shortest of the models of Bengio et al., "A Neural Probabilistic Language Model"
    (2003): one letter of context, no hidden layer. Chapter 03.

    >>> NextLetter()(encode("ab")).shape
    (2, 27)
    """

    def __init__(self, embedding_dim: int = 2, **options: Any) -> None:
        self.table = Embedding(len(ABC), embedding_dim, **options)
        self.output = Linear(embedding_dim, len(ABC))

    def forward(self, input: Array) -> Array:
        """Scores: ids ``(N,)`` give ``(N, 27)``."""
        return self.output(self.table(input))

    def backward(self, grad_output: Array) -> None:
        """Gradients of the table and of the linear layer, from the gradient of the scores."""
        self.table.backward(self.output.backward(grad_output))


def train(
    model: NextLetter,
    optimizer: Optimizer,
    steps: int,
    batch_size: int | None = None,
    generator: Generator | None = None,
) -> list[float]:
    """Teach a model which letter follows which.

    Args:
        model: changed in place.
        optimizer: of the model's parameters.
        steps: how often they change.
        batch_size: how many pairs, drawn anew, each step looks at; None for all of them, counted.
        generator: draws the pairs; None for one that begins at 0.

    Returns:
        the loss before each step.

    Source: the loop of Chapter 03.

    >>> import embedlib
    >>> _ = embedlib.manual_seed(0)
    >>> model = NextLetter()
    >>> losses = train(model, embedlib.optim.SGD(model.parameters(), lr=1.0), 100, batch_size=256)
    >>> losses[0] > losses[-1]
    True
    """
    ids, following = pairs()
    every, counts = np.arange(len(ABC), dtype=np.int64), count(ids, following)
    draw = Generator(0) if generator is None else generator
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        if batch_size is None:
            loss, grad = counted_cross_entropy(model(every), counts)
        else:
            batch = draw.randint(0, len(ids), (batch_size,))
            loss, grad = cross_entropy(model(ids[batch]), following[batch])
        model.backward(grad)
        optimizer.step()
        losses.append(loss)
    return losses


# --- what the table has learned ------------------------------------------------------------------


def by_vowelness(table: Array) -> str:
    """The letters along the line from the mean of the consonants to the mean of the vowels.

    The vowel end comes first. It is measured afterwards: the table was never told.

    >>> by_vowelness(np.array([[letter in VOWELS] for letter in ABC], float))[:5]
    'aeiou'
    """
    return "".join(ABC[i] for i in np.argsort(-_along(table), kind="stable"))


def vowel_gap(table: Array) -> float:
    """How far the last vowel stands from the first consonant along that line; below 0 they mix.

    A distance on the map, in the units of the table.

    >>> vowel_gap(np.array([[letter in VOWELS] for letter in ABC], float))
    1.0
    """
    along = _along(table)
    return float(along[encode(VOWELS)].min() - along[_consonants()].max())


def _along(table: Array) -> Array:
    """The place of each row on the line."""
    line = table[encode(VOWELS)].mean(axis=0) - table[_consonants()].mean(axis=0)
    places: Array = table @ line / np.linalg.norm(line)
    return places


def _consonants() -> Int64Array:
    return encode("".join(letter for letter in ABC[1:] if letter not in VOWELS))


class LetterMap:
    """A picture of tables ``(27, 2)``: each letter stands where its row is. Vowels have a ring.

    As the last line of a cell it is shown, in a notebook and in the page, without Matplotlib.

    Args:
        tables: one, or several to stand side by side, all on the same scale.

    >>> LetterMap(np.zeros((27, 2)))._repr_svg_().startswith("<svg")
    True
    """

    def __init__(self, *tables: Array) -> None:
        for table in tables:
            if table.shape != (len(ABC), 2):
                raise ValueError(f"a map needs {len(ABC)} rows of 2 numbers, not {table.shape}")
        self.tables = [table.copy() for table in tables]

    def __repr__(self) -> str:
        """Without an address: notebooks store it beside the picture, and compare it."""
        return f"LetterMap({', '.join('27 x 2' for _ in self.tables)})"

    def _repr_svg_(self) -> str:
        starts = [n * (_SIDE + _SPACE) for n in range(len(self.tables))]
        panels = "".join(
            f'<g transform="translate({start})">{_panel(table)}</g>'
            for start, table in zip(starts, self.tables, strict=True)
        )
        width = starts[-1] + _SIDE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_SIDE}" '
            f'width="{width}" height="{_SIDE}">{_style()}{panels}</svg>'
        )


def _panel(table: Array) -> str:
    """A square, and the letters in it at whole pixels: trained numbers differ in their last bits
    between machines. Letters outside stand at the edge, pale."""
    middle, reach = _frame(table)
    places = (table - middle) * ((_SIDE / 2 - _MARGIN) / reach)
    outside: Array = np.abs(places).max(axis=1) > _SIDE / 2 - _MARGIN + 1
    inside = np.clip(np.rint(places).astype(int), _MARGIN - _SIDE // 2, _SIDE // 2 - _MARGIN)
    rings, letters = "", ""
    for letter, (x, y), far in zip(ABC, inside.tolist(), outside.tolist(), strict=True):
        at = _SIDE // 2 + x, _SIDE // 2 - y
        kind = "vowel" if letter in VOWELS else "far" if far else "letter"
        if kind == "vowel":
            rings += f'<circle cx="{at[0]}" cy="{at[1]}" r="{_MARGIN}"/>'
        letters += f'<text class="{kind}" x="{at[0]}" y="{at[1]}">{letter}</text>'
    return f'<rect width="{_SIDE}" height="{_SIDE}" rx="6"/>{rings}{letters}'


def _frame(table: Array) -> tuple[Array, float]:
    """The middle of a square that holds all letters but a few that ran away, and half its side."""
    distance = np.abs(table - np.median(table, axis=0)).max(axis=1)
    distance[encode(VOWELS)] = 0  # these stay in the picture
    kept = table[np.argsort(distance, kind="stable")[:-_AWAY]]
    low, high = kept.min(axis=0), kept.max(axis=0)
    return (low + high) / 2, float((high - low).max()) / 2 or 1.0


def _style() -> str:
    """The colours of the palette; an image in a dark page takes the dark ones."""

    def rules(mode: str) -> str:
        colour = PALETTE[mode]
        return (
            f"rect{{fill:{colour['paper']};stroke:{colour['grid']}}}"
            f"text{{fill:{colour['ink']}}}circle{{fill:none;stroke:{colour['blue']}}}"
            f".vowel{{fill:{colour['blue']}}}.far{{fill:{colour['muted']}}}"
        )

    return (
        "<style>text{font:15px ui-monospace,Menlo,Consolas,monospace;text-anchor:middle;"
        "dominant-baseline:central}.vowel{font-weight:bold}"
        f"circle{{stroke-width:1.5}}{rules('light')}"
        f"@media (prefers-color-scheme:dark){{{rules('dark')}}}</style>"
    )


_SIDE, _SPACE, _MARGIN = 240, 20, 12  # pixels: of a square, between two, around a letter
_AWAY = 3  # letters that may stand at the edge
