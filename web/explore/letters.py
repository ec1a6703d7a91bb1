"""The stored data of emb-letters: ``python -m web.explore.letters`` writes its three modules.

What the front page needs at once is apart from what only another seed, or batches, ask for.
"""

import base64
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

import embedlib
from embedlib import letters

HERE = Path(__file__).parent
FIRST = 666  # the seed of the front page
# Without 7: there, at 0.05 with Adam, float32 strays by 1.5e-4 from what float64 gives.
SEEDS = [FIRST, 0, 1, 2, 3, 4, 5, 6, 8, 9]


def start(seed: int) -> str:
    """The table, the matrix and the bias of the linear layer as float32, in base64."""
    embedlib.manual_seed(seed)
    parts = [parameter.data.ravel() for parameter in letters.NextLetter().parameters()]
    return base64.b64encode(np.concatenate(parts).astype("<f4").tobytes()).decode()


def last_following() -> str:
    """Behind each letter, the one that the last of its places has: all that `+=` would keep."""
    last = dict(zip(*map(np.ndarray.tolist, letters.pairs()), strict=True))
    return "".join(letters.ABC[last[letter]] for letter in range(len(letters.ABC)))


def words() -> str:
    """The words in order; each begins with how many letters it shares with the one before."""
    text = ""
    for before, word in pairwise(["", *letters.words()]):
        shared = max(n for n in range(len(word)) if before[:n] == word[:n])
        text += f"{shared}{word[shared:]}"
    return text


def modules() -> Iterator[tuple[str, str]]:
    """The name of each module, and its text."""
    said = "// Written by python -m web.explore.letters from embedlib/letters.py."
    counts = ",".join(map(str, letters.count(*letters.pairs()).ravel().tolist()))
    yield (
        "letters_data.mjs",
        f'{said}\nexport const ABC = "{letters.ABC}";\nexport const COUNTS = "{counts}";\n'
        f'export const LAST = "{last_following()}";\n'
        f'export const FIRST = "{start(FIRST)}";\n',
    )
    lines = "".join(f'  {seed}: "{start(seed)}",\n' for seed in SEEDS[1:])
    yield "letters_seeds.mjs", f"{said}\nexport const SEEDS = {{\n{lines}}};\n"
    yield "letters_words.mjs", f'{said}\nexport const WORDS = "{words()}";\n'


def main() -> None:
    for name, text in modules():
        (HERE / name).write_text(text, "utf-8")
        print(name)


if __name__ == "__main__":
    main()
