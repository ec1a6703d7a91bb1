"""Draw the figures of the book as SVG: ``python imgs/draw.py`` (or ``make figures``).

Each figure is one function that returns a ``Drawing``. Colours come from the palette of
``embedlib`` and follow the reader's light or dark page; what a colour says, a shape or a label
says too. Labels are identifiers and symbols, so one picture serves both languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

import embedlib
from embedlib import letters

HERE = Path(__file__).resolve().parent
PALETTE = json.loads((HERE.parent / "embedlib" / "palette.json").read_text("utf-8"))
CELL = 34  # side of one cell of a table


class Drawing:
    """Shapes on a canvas; every colour is a role of the palette."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.parts: list[str] = []

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        stroke: str = "ink",
        fill: str = "",
        dash: bool = False,
    ) -> None:
        """A rectangle; ``fill`` is a tint of that role, ``dash`` a dashed outline."""
        classes = f"s-{stroke}" + (f" t-{fill}" if fill else " none") + (" dash" if dash else "")
        self.parts.append(
            f'<rect class="{classes}" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="3"/>'
        )

    def text(
        self, x: float, y: float, words: str, role: str = "ink", size: int = 15, at: str = "middle"
    ) -> None:
        self.parts.append(
            f'<text class="f-{role}" x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{at}">'
            f"{escape(words)}</text>"
        )

    def line(
        self,
        points: Iterable[tuple[float, float]],
        role: str = "ink",
        arrow: bool = True,
        dash: bool = False,
    ) -> None:
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        head = f' marker-end="url(#head-{role})"' if arrow else ""
        look = f"s-{role} none thick" + (" dash" if dash else "")
        self.parts.append(f'<polyline class="{look}" points="{path}"{head}/>')

    def row(
        self,
        x: float,
        y: float,
        values: Iterable[str],
        role: str = "ink",
        fill: str = "",
        dash: bool = False,
        width: float = CELL,
    ) -> None:
        for i, value in enumerate(values):
            self.box(x + i * width, y, width, CELL, role, fill, dash)
            self.text(x + (i + 0.5) * width, y + CELL / 2 + 5, value, role)

    def dot(self, x: float, y: float, value: float, role: str, scale: float = 5.6) -> None:
        """A number: full where positive, hollow where negative, as large as it is."""
        r = scale * min(abs(float(value)), 2.4) ** 0.5
        look = f"f-{role}" if value > 0 else f"s-{role} none"
        self.parts.append(
            f'<circle class="{look}" cx="{x:g}" cy="{y:g}" r="{r:.2f}" stroke-width="1.5"/>'
        )

    def circled(self, x: float, y: float, words: str) -> None:
        """The number of a chapter."""
        self.parts.append(f'<circle class="s-blue t-blue" cx="{x:g}" cy="{y:g}" r="13"/>')
        self.text(x, y + 5, words, "blue")

    def svg(self) -> str:
        roles = sorted(set(re.findall(r"(?<=[ \"][sft]-)\w+", "".join(self.parts))))
        light = "".join(self.rules(role, "light") for role in roles)
        dark = "".join(self.rules(role, "dark") for role in roles)
        heads = "".join(
            f'<marker id="head-{role}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path class="h-{role}" d="M0 0 8 4 0 8z"/></marker>'
            for role in roles
        )
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" '
            'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace">\n'
            f"<style>.none{{fill:none}}.thick{{stroke-width:2}}.dash{{stroke-dasharray:4 3}}"
            f"{light}@media (prefers-color-scheme:dark){{{dark}}}</style>\n"
            f"<defs>{heads}</defs>\n{body}\n</svg>\n"
        )

    @staticmethod
    def rules(role: str, mode: str) -> str:
        colour = PALETTE[role][mode]
        return (
            f".s-{role}{{stroke:{colour}}}.f-{role},.h-{role}{{fill:{colour}}}"
            f".t-{role}{{fill:{colour};fill-opacity:.18}}.f-{role}{{fill-opacity:1}}"
        )


def cover() -> Drawing:
    """The first rows of a real table: an id goes in, a row comes out."""
    d = Drawing(612, 222)
    embedlib.manual_seed(666)
    table = embedlib.Embedding(8, 12).weight.data
    step, left, top, chosen = 22, 136, 34, 3
    y = top + (chosen + 0.5) * step
    d.row(8, y - CELL / 2, [str(chosen)], "orange", "orange")
    d.line([(42, y), (104, y)], "orange")
    d.text(70, y - 12, "id", "orange", 17)
    d.box(left - 6, top + chosen * step, 12 * step + 12, step, "orange", "orange")
    for v, row in enumerate(table):
        d.text(left - 18, top + (v + 0.5) * step + 5, str(v), "muted")
        for i, value in enumerate(row):
            role = "orange" if v == chosen else "blue"
            d.dot(left + (i + 0.5) * step, top + (v + 0.5) * step, value, role)
    d.text(left + 6 * step, 22, "nn.Embedding(8, 12)", size=17)
    d.line([(left + 12 * step + 6, y), (left + 12 * step + 38, y)], "orange")
    x = left + 12 * step + 44
    d.box(x - 4, y - 15, 12 * 13 + 8, 30, "orange", "orange")
    for i, value in enumerate(table[chosen]):
        d.dot(x + (i + 0.5) * 13, y, value, "orange", 3.6)
    d.text(x + 78, y + 40, "weight[3]", "orange", 17)
    return d


def map_of_the_book() -> Drawing:
    """The way of one word, and where on it each chapter stands."""
    d = Drawing(500, 240)
    cell = 28
    d.box(6, 66, 60, CELL)
    d.text(36, 88, '"you"')
    d.line([(66, 83), (86, 83)])
    d.box(88, 66, 54, CELL)
    d.text(115, 88, "id 1")
    d.line([(142, 83), (172, 83)])
    for row in range(4):
        role = ("orange", "orange") if row == 1 else ("ink", "")
        d.row(176, 32 + row * CELL, [""] * 3, *role, dash=row == 0, width=cell)
    d.text(218, 188, "weight")
    d.text(218, 22, "padding_idx", "muted", 13)
    d.text(314, 52, "max_norm", "muted", 13)
    d.line([(260, 83), (286, 83)], "orange")
    d.row(290, 66, [""] * 3, "orange", "orange", width=cell)
    d.line([(374, 83), (398, 83)])
    d.box(400, 66, 48, CELL)
    d.text(424, 88, "f(x)")
    d.line([(424, 100), (424, 130)])
    d.text(424, 148, "loss")
    d.line([(424, 158), (424, 214), (218, 214), (218, 198)], "purple")
    d.text(322, 233, "grad", "purple")
    for x, y, chapter in (
        (156, 58, "1"),
        (156, 148, "2"),
        (376, 196, "3"),
        (156, 24, "4"),
        (364, 46, "5"),
        (338, 196, "6"),
        (300, 196, "7"),
        (192, 208, "8"),
    ):
        d.circled(x, y, chapter)
    return d


def lookup() -> Drawing:
    """A one-hot row times a table takes one row out of it."""
    d = Drawing(560, 250)
    cell = 40
    table = [[f"{v}.{i}" for i in (1, 2, 3)] for v in range(5)]
    top = 34
    for i, bit in enumerate("00100"):
        role = ("orange", "orange") if bit == "1" else ("muted", "")
        d.row(10 + i * CELL, top + 2 * CELL, [bit], *role)
    d.text(95, top + 2 * CELL - 12, "one_hot(2)")
    d.text(200, top + 2.5 * CELL + 6, "@", size=20)
    for v, values in enumerate(table):
        role = ("orange", "orange") if v == 2 else ("ink", "")
        d.row(246, top + v * CELL, values, *role, width=cell)
        d.text(232, top + (v + 0.5) * CELL + 5, str(v), "muted", 13)
    d.text(306, 22, "weight")
    d.text(393, top + 2.5 * CELL + 6, "=", size=20)
    d.row(424, top + 2 * CELL, table[2], "orange", "orange", width=cell)
    d.text(484, top + 2 * CELL - 12, "weight[2]")
    d.text(280, 234, "0·0.1 + 0·1.1 + 1·2.1 + 0·3.1 + 0·4.1 = 2.1", "ink", 14)
    return d


def ids_from_one() -> Drawing:
    """Ids that begin at 1: row 0 is never used, and the last id has no row."""
    d = Drawing(430, 262)
    top, words = 34, ["", '"I"', '"you"', '"see"', '"hear"', '"them"']
    for row, word in enumerate(words):
        y, beyond = top + row * CELL, row == 5
        role = "orange" if beyond else "blue"
        if word:
            d.text(66, y + 22, word, at="end")
            d.row(78, y, [str(row)], role, "" if beyond else "blue", beyond)
            d.line([(112, y + 17), (190, y + 17)], role, arrow=not beyond)
        if beyond:
            d.text(203, y + 24, "×", "orange", 22)
            d.text(222, y + 22, "IndexError", "orange", at="start")
        else:
            d.row(222, y, [""] * 3, "ink" if word else "muted", "blue" if word else "")
            d.text(206, y + 22, str(row), "muted", 13)
    d.text(95, 22, "ids")
    d.text(273, 22, "weight")
    d.line([(336, top), (344, top), (344, top + 5 * CELL), (336, top + 5 * CELL)], "muted", False)
    d.text(354, top + 2.5 * CELL + 5, "V = 5", "ink", at="start")
    return d


def padding_batch() -> Drawing:
    """Ragged lists become one rectangle; what fills the gaps is padding."""
    d = Drawing(520, 170)
    ragged = [["3", "1", "4"], ["2"], ["5", "3", "2", "1"]]
    for i, ids in enumerate(ragged):
        y, gap = 34 + i * (CELL + 6), ["0"] * (4 - len(ids))
        d.row(10, y, ids, "blue", "blue")
        d.row(320, y, ids, "blue", "blue")
        d.row(320 + len(ids) * CELL, y, gap, "orange", dash=True)
    d.text(78, 22, "sentences")
    d.text(388, 22, "ids.shape == (3, 4)")
    d.line([(180, 90), (300, 90)])
    d.text(240, 80, "PAD = 0", "orange", 14)
    return d


def scatter() -> Drawing:
    """Two upstream rows of one id: added up, and by the line that keeps the last."""
    d = Drawing(520, 236)
    ids, top = "313", 60
    sums = {1: ("g1", "g1"), 3: ("g0 + g2", "g2")}
    for n, v in enumerate(ids):
        y = top + n * (CELL + 8)
        d.row(10, y, [v], "blue", "blue")
        d.row(66, y, [f"g{n}"], "purple", "purple")
        end = int(v) + {0: 0.3, 2: 0.7}.get(n, 0.5)  # two arrows meet in row 3
        d.line([(100, y + 17), (206, top + end * CELL)], "purple")
    for row in range(4):
        y = top + row * CELL
        added, kept = sums.get(row, ("0", "0"))
        d.box(210, y, 130, CELL)
        d.text(275, y + 22, added, "muted" if added == "0" else "purple")
        d.text(355, y + 22, str(row), "muted", 13)
        d.box(370, y, 130, CELL, "orange", "", True)
        d.text(435, y + 22, kept, "muted" if kept == "0" else "orange")
    d.text(27, 46, "ids")
    d.text(83, 46, "upstream", size=13)
    d.text(275, 30, "np.add.at", size=13)
    d.text(435, 30, "out[ids] += g", "orange", 13)
    return d


def norm() -> Drawing:
    """One bound, three shapes: where a row lands that is looked up; another stays outside."""
    d = Drawing(400, 296)
    x, y, bound = 180, 158, 110
    d.line([(x - 170, y), (x + 200, y)], "muted", arrow=False)
    d.line([(x, y + 130), (x, y - 150)], "muted", arrow=False)
    d.box(x - bound, y - bound, 2 * bound, 2 * bound, "orange", "orange")
    d.parts.append(f'<circle class="s-orange t-orange" cx="{x}" cy="{y}" r="{bound}"/>')
    corners = f"{x + bound},{y} {x},{y - bound} {x - bound},{y} {x},{y + bound}"
    d.parts.append(f'<polygon class="s-orange t-orange" points="{corners}"/>')
    for out, words in [(40, "1"), (65, "2"), (95, "inf")]:
        d.text(x - out, y + out + 5, words, "orange", 14)
    d.text(x + 120, y + 100, "norm_type", "orange", 13, "start")
    a, b = 176, -132  # the row that is looked up, 2 bounds long
    d.line([(x + a, y + b), (x, y)], "green", arrow=False)
    for norm in (a - b, 220, a):
        d.parts.append(
            f'<circle class="f-green" cx="{x + a * bound / norm:.1f}" '
            f'cy="{y + b * bound / norm:.1f}" r="6"/>'
        )
    d.parts.append(
        f'<circle class="s-green none dash" cx="{x + a}" cy="{y + b}" r="8" stroke-width="2"/>'
    )
    d.parts.append(f'<circle class="f-purple" cx="{x - 150}" cy="{y - 80}" r="6"/>')
    d.text(x + a + 20, y + b + 5, "2", "green")
    d.text(x - 150, y - 92, "3", "purple")
    d.text(x - 170, 20, "ids = [2]", at="start")
    return d


def row() -> Drawing:
    """A number that was pushed once: optimizers that let it go on, and those that do not."""
    d = Drawing(540, 268)
    left, right, top, foot, steps = 50, 372, 24, 216, 60
    optim = embedlib.optim

    def spot(step: float, w: float) -> tuple[float, float]:
        return round(left + (right - left) * step / steps, 1), round(foot - (foot - top) * w, 1)

    for w, tick in ((1.0, "1"), (0.5, "0.5"), (0.0, "0")):
        d.text(left - 8, spot(0, w)[1] + 5, tick, "muted", 13, "end")
        d.line([spot(0, w), spot(steps, w)], "grid", False)
    for step in range(0, steps + 1, 20):
        d.text(spot(step, 0)[0], foot + 36, str(step), "muted", 13)
    d.text(left - 30, top - 8, "w")
    d.text(right + 20, foot + 36, "step", "muted", 13, "start")
    kinds: tuple[tuple[Any, dict[str, float], str, str], ...] = (
        (optim.SGD, {}, "muted", "SGD, Adagrad,"),
        (optim.Adam, {}, "blue", "Adam"),
        (optim.SGD, {"momentum": 0.9}, "purple", "momentum"),
    )
    for kind, options, role, name in kinds:
        number = embedlib.Parameter(np.ones(1))
        optimizer, path = kind([number], lr=0.1, **options), [1.0]
        for step in range(steps):
            number.grad = np.full(1, float(step == 0))
            optimizer.step()
            path.append(number.data.item())
        d.line([spot(step, path[step]) for step in range(1, steps + 1)], role, False, True)
        d.text(right + 8, spot(0, path[-1])[1] + 5, name, role, 14, "start")
    d.text(right + 8, spot(0, 0.9)[1] + 23, "SparseAdam", "muted", 14, "start")
    d.line([spot(0, 1), spot(1, 0.9)], "orange", False)
    x, y = spot(1, 0)
    d.line([(x, y + 5), (x - 6, y + 16), (x + 6, y + 16), (x, y + 5)], "orange", False)
    return d


def letter_maps() -> Drawing:
    """The letters as they were drawn, and after 400 steps, at whole pixels."""
    d = Drawing(560, 306)
    embedlib.manual_seed(666)
    model = letters.NextLetter()
    adam = embedlib.optim.Adam(model.parameters(), lr=0.05)
    for left, steps in ((5, 0), (295, 400)):
        letters.train(model, adam, steps)
        table = model.table.weight.data
        d.text(left + 130, 20, f"step {steps}", "muted", 14)
        d.box(left, 32, 260, 260, "grid")
        for letter, row in zip(letters.ABC, table, strict=True):
            x, y = np.rint(np.clip(row, -2, 2) * 59).astype(int).tolist()
            at, vowel, far = (
                (left + 130 + x, 162 - y),
                letter in letters.VOWELS,
                abs(row).max() > 2,
            )
            if vowel:
                d.parts.append(f'<circle class="s-blue none" cx="{at[0]}" cy="{at[1]}" r="10"/>')
            role = "blue" if vowel else "muted" if far else "ink"
            d.text(at[0], at[1] + 4, letter, role, 14)
    return d


def padding_gradient() -> Drawing:
    """Upstream rows are added to the rows that their ids name; those of padding are dropped."""
    d = Drawing(460, 262)
    arrivals = {0: 3.38, 1: 1.5, 2: 3.62}  # where the arrow of each upstream row ends
    for n, v in enumerate("3130"):
        y = 44 + n * (CELL + 12)
        dropped = v == "0"
        id_style = ("orange", "", True) if dropped else ("blue", "blue", False)
        row_style = ("orange", "", True) if dropped else ("purple", "purple", False)
        d.row(10, y, [v], *id_style)
        d.row(76, y, ["abcd"[n]], *row_style)
        if dropped:
            d.line([(110, y + 17), (170, y + 17)], "orange", arrow=False)
            d.text(182, y + 24, "×", "orange", 22)
        else:
            d.line([(110, y + 17), (246, 44 + arrivals[n] * CELL)], "purple")
    d.text(27, 30, "ids")
    d.text(93, 30, "upstream", size=14)
    for row, value in enumerate(["0", "b", "0", "a + c", "0", "0"]):
        y = 44 + row * CELL
        pad = row == 0
        d.box(250, y, 96, CELL, "orange" if pad else "ink", "", pad)
        role = "orange" if pad else "muted" if value == "0" else "purple"
        d.text(298, y + 22, value, role)
        d.text(358, y + 22, str(row), "muted", 13)
    d.text(298, 30, "weight.grad")
    d.text(370, 66, "padding_idx", "orange", 13, "start")
    return d


def scaled_gradient() -> Drawing:
    """Upstream rows that meet are added, or added and divided by how many they are."""
    d = Drawing(544, 250)
    ids, top = "12131", 66
    sums = {1: "g0 + g2 + g4", 2: "g1", 3: "g3"}
    for n, v in enumerate(ids):
        y = top + n * CELL
        d.text(14, y + 22, "abaca"[n], "muted", 14)
        d.row(30, y, [v], "blue", "blue")
        d.row(82, y, [f"g{n}"], "purple", "purple")
        end = int(v) + {0: 0.22, 4: 0.78}.get(n, 0.5)  # three arrows meet in row 1
        d.line([(116, y + 17), (216, top + end * CELL)], "purple")
    for row in range(5):
        y = top + row * CELL
        total = sums.get(row, "0")
        mean = f"({total}) / 3" if row == 1 else f"{total} / 1" if row in sums else "0"
        touched = row in sums
        d.text(530, y + 22, str(row), "muted", 13)
        d.box(220, y, 122, CELL)
        d.text(281, y + 22, total, "purple" if touched else "muted", 14)
        d.box(352, y, 164, CELL, "orange", "", True)
        d.text(434, y + 22, mean, "orange" if touched else "muted", 14)
    d.text(47, 52, "ids")
    d.text(106, 52, "upstream", size=13)
    d.text(366, 22, "scale_grad_by_freq")
    d.text(281, 52, "False")
    d.text(434, 52, "True", "orange")
    return d


def batch() -> Drawing:
    """A text in one batch and cut into two: what row a gets, by a sum and by means."""
    d = Drawing(560, 190)
    for n, (cut, total, mean) in enumerate([(8, "4", "1"), (5, "3 + 1", "1 + 1")]):
        y = 62 + n * 74
        for place, letter in enumerate("abacadad"):
            x = 12 + place * CELL + (14 if place >= cut else 0)
            look = ("blue", "blue") if letter == "a" else ("muted", "")
            d.row(x, y, [letter], *look, dash=place >= cut)
        if cut < 8:
            x = 12 + cut * CELL + 7
            d.line([(x, y - 14), (x, y + CELL + 14)], "orange", False)
        d.box(332, y, 92, CELL)
        d.text(378, y + 22, total)
        d.box(440, y, 92, CELL, "orange", "", True)
        d.text(486, y + 22, mean, "orange")
    d.text(432, 22, "scale_grad_by_freq", size=13)
    d.text(378, 48, "False")
    d.text(486, 48, "True", "orange")
    return d


def sparse_gradient() -> Drawing:
    """A sparse gradient as it comes, coalesced, and written out as a table."""
    d = Drawing(560, 256)
    roles = {"3": "blue", "1": "purple", "5": "green"}
    entries = [
        ("3", "1", "2"),
        ("1", "3", "4"),
        ("3", "7", "8"),
        ("5", "9", "10"),
        ("1", "11", "12"),
    ]
    sums = [("1", "14", "16"), ("3", "8", "10"), ("5", "9", "10")]
    for x, top, rows in ((20, 54, entries), (238, 88, sums)):
        d.text(x + 17, top - 10, "indices", size=13)
        d.text(x + 86, top - 10, "values", size=13)
        for n, (v, *values) in enumerate(rows):
            d.row(x, top + n * CELL, [v], roles[v])
            d.row(x + 52, top + n * CELL, values, roles[v], roles[v])
    for x, name in ((148, "coalesce()"), (366, "to_dense()")):
        d.line([(x, 139), (x + 78, 139)])
        d.text(x + 39, 128, name, size=13)
    dense = {v: values for v, *values in sums}
    for y, name in enumerate("012345"):
        row, role = dense.get(name, ["0", "0"]), roles.get(name, "muted")
        d.text(466, 37 + (y + 0.5) * CELL + 5, name, "muted", 13)
        d.row(478, 37 + y * CELL, row, role, "" if role == "muted" else role)
    d.text(512, 24, "(6, 2)", size=13)
    return d


def choose_optimizer() -> Drawing:
    """Which optimizer for a table: the largest memory that fits comes first."""
    d = Drawing(470, 284)
    rungs = [
        ("16·V·D", "Adam, AdamW", "blue"),
        ("12·V·D", "SparseAdam", "purple"),
        ("8·V·D", "Adagrad", "purple"),
        ("4·V·D", "SGD", "purple"),
    ]
    d.text(176, 22, "bytes", "muted", 13)
    for n, (size, name, role) in enumerate(rungs):
        y = 34 + n * 62
        d.box(126, y, 100, CELL)
        d.text(176, y + 22, size)
        d.line([(226, y + 17), (296, y + 17)], role)
        d.text(258, y + 9, "✓", role, 17)
        d.box(300, y, 150, CELL, role, role)
        d.text(375, y + 22, name, role)
        if n < 3:
            d.line([(176, y + CELL), (176, y + 60)], "orange")
            d.text(194, y + 54, "✗", "orange", 17)
    d.line([(112, 96), (104, 96), (104, 254), (112, 254)], "purple", False)
    d.text(96, 180, "sparse=True", "purple", 14, "end")
    return d


def sharded_lookup() -> Drawing:
    """Ids to the ranks that hold the rows, rows back, gradients the way of the ids.

    What rank 0 holds itself does not travel: grey, without arrows.
    """
    d = Drawing(560, 268)
    roles = ["blue", "purple", "green"]
    stages = [
        ("1 ids", ["w", "h", "e", "e", "l"]),
        ("2 rows", ["w", "h", "e", "e", "l"]),
        ("3 gradients", ["w", "h", "e", "e", "l"]),
    ]
    owner = {"w": 2, "h": 0, "e": 0, "l": 1}
    for n, (name, word) in enumerate(stages):
        left = 12 + n * 188
        d.text(left + 76, 20, name, size=14)
        d.text(left + 76, 44, "rank 0", "muted", 12)
        for i, letter in enumerate(word):
            role = roles[owner[letter]]
            d.box(left + i * 32, 52, 26, 28, role, role)
            d.text(left + i * 32 + 13, 71, letter, role)
        for rank, (role, held) in enumerate(zip(roles, (".a-h", "i-q", "r-z"), strict=True)):
            x = left + rank * 55
            d.box(x, 188, 46, CELL, role, role)
            d.text(x + 23, 210, held, role, 13)
            d.text(x + 23, 242, f"rank {rank}", "muted", 12)
        for i, letter in enumerate(word):
            rank = owner[letter]
            ends = [(left + i * 32 + 13, 84), (left + rank * 55 + 23, 184)]
            if n == 1:
                ends.reverse()
            d.line(ends, roles[rank] if rank else "muted", arrow=rank > 0, dash=n == 2)
    return d


def cost() -> Drawing:
    """A table, its gradient and Adam's state in machines of 1, 16 and 80 GB."""
    d = Drawing(560, 190)
    left, wide, row = 66, 380, 128 * 4
    parts = (("weight", 1, "blue"), ("grad", 1, "purple"), ("exp_avg, exp_avg_sq", 2, "orange"))
    x = float(left)
    for name, _, role in parts:
        d.box(x, 8, 22, 16, role, role, role == "purple")
        d.text(x + 30, 21, name, role, 14, "start")
        x += 62 + 9 * len(name)
    table = 27**5 * row
    for n, gb in enumerate((1, 16, 80)):
        y, x = 44 + n * 48, float(left)
        d.text(left - 10, y + 20, f"{gb} GB", at="end")
        for _, times, role in parts:
            width = min(times * table / (gb * 1e9) * wide, left + wide - x)
            if width > 0:
                d.box(round(x, 1), y, round(width, 1), 28, role, role, role == "purple")
            x += width
        d.box(left, y, wide, 28)
        fits = 4 * table <= gb * 1e9
        more = f"{4 * table / (gb * 1e9):.0%}" if fits else f"+{4 * table / 1e9 - gb:.1f} GB"
        d.text(left + wide + 12, y + 20, more, "ink" if fits else "orange", 14, "start")
        if not fits:
            d.line([(left + wide - 14, y + 14), (left + wide + 6, y + 14)], "orange")
    return d


def traffic() -> Drawing:
    """Three cuts of a table for four ranks, and copies: what one rank keeps, and sends."""
    d = Drawing(560, 196)
    ranks, ids, width = 4, 1024, 32
    away = ids * (ranks - 1) // ranks
    rows = 8 * width * away + 8 * (ranks - 1)
    sent = ((8 * away + rows), (8 * ids * (ranks - 1) + rows), (8 * away + rows))
    names = ("by row", "by column", "by table", "copies")
    sizes = ("V / 4 × D", "V × D / 4", "V × D", "V × D")
    labels = [f"{b / 1e6:.2f} MB" for b in sent] + ["192 B · V"]
    for n, (name, size, label) in enumerate(zip(names, sizes, labels, strict=True)):
        x, y = 24 + n * 136, 58
        d.text(x + 44, 20, name)
        d.text(x + 44, 44, size, "muted", 13)
        across, down = ((1, 4), (4, 1), (1, 1), (1, 1))[n]
        if n == 3:
            for back in (12, 8, 4):
                d.box(x + back, y + back, 88, 80, "muted")
        for piece in range(across * down):
            at = (x + piece % across * 88 / across, y + piece % down * 80 / down)
            look = ("blue", "blue") if piece == 0 else ("muted", "")
            d.box(*at, 88 / across, 80 / down, *look)
        d.text(x + 44, 180, label, "orange", 14)
    return d


def favicon() -> Drawing:
    """A table with one row taken."""
    d = Drawing(32, 32)
    for i in range(3):
        role, x = ("orange", 6) if i == 1 else ("blue", 3)
        d.parts.append(
            f'<rect class="f-{role}" x="{x}" y="{3 + i * 9}" width="24" height="7" rx="2"/>'
        )
    return d


FIGURES = {
    "cover": cover,
    "map": map_of_the_book,
    "lookup": lookup,
    "ids_from_one": ids_from_one,
    "padding_batch": padding_batch,
    "scatter": scatter,
    "norm": norm,
    "row": row,
    "letters": letter_maps,
    "padding_gradient": padding_gradient,
    "scaled_gradient": scaled_gradient,
    "batch": batch,
    "sparse_gradient": sparse_gradient,
    "choose_optimizer": choose_optimizer,
    "cost": cost,
    "sharded_lookup": sharded_lookup,
    "traffic": traffic,
    "favicon": favicon,
}


def main() -> None:
    for name, figure in FIGURES.items():
        (HERE / f"{name}.svg").write_text(figure().svg(), "utf-8")
        print(HERE.name, name)


if __name__ == "__main__":
    main()
