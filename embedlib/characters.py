"""The second data of the thread: characters, and the words of their names.

"★" is called BLACK STAR. Nobody told the table what a star is, nor that LEFT and RIGHT belong
together; but the names say which words stand beside which, and that is enough (Chapter 11). A
character can be the mean of the words of its name (Chapter 10), and names say which script has
which letter (Chapter 12).

Like the letters of `embedlib.letters` the names come from Unicode 3.2, which every Python carries:
nothing is downloaded, and they are the same everywhere, also in the page.

>>> names()["★"]
'BLACK STAR'
>>> words = vocabulary()
>>> len(names()), len(words), len(pairs(words))
(11606, 603, 160644)
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import chain

import numpy as np

from embedlib.arrays import Array, Int64Array

# Names that are made by a rule (a number, a syllable spelled out) and would drown the others.
MADE = ("HANGUL SYLLABLE", "YI SYLLABLE", "CJK")
_NAMED = (*range(0x20000), *range(0xE0000, 0xE0080))  # elsewhere none has a name of its own
_PLANE = "\U00010000"  # the first character beyond the basic plane


@cache
def names() -> dict[str, str]:
    """The names of 11,606 characters of Unicode 3.2, without those that a rule makes.

    Source: ``unicodedata.ucd_3_2_0``, which Python keeps as it was in 2002. Chapter 10.

    >>> names()["½"]
    'VULGAR FRACTION ONE HALF'
    """
    return named(_NAMED, MADE)


def named(codes: Iterable[int], made: tuple[str, ...]) -> dict[str, str]:
    """The characters of these codes that have a name, without names that begin as `made` says.

    >>> named(range(0x2605, 0x2608), ("WHITE",))
    {'★': 'BLACK STAR', '☇': 'LIGHTNING'}
    """
    found = ((chr(code), unicodedata.ucd_3_2_0.name(chr(code), "")) for code in codes)
    return {c: name for c, name in found if name and not name.startswith(made)}


@cache
def _split() -> list[list[str]]:
    """The words of each name; a digit or a hyphen parts two words."""
    return [words_of(name) for name in names().values()]


def words_of(name: str) -> list[str]:
    """The words of a name: runs of capital letters.

    >>> words_of("LATIN SMALL LETTER E WITH ACUTE")
    ['LATIN', 'SMALL', 'LETTER', 'E', 'WITH', 'ACUTE']
    """
    return re.findall("[A-Z]+", name)


@cache
def word_counts() -> Counter[str]:
    """How often each word stands in the names.

    >>> word_counts()["LEFT"], word_counts()["RIGHT"]
    (274, 290)
    """
    return Counter(chain.from_iterable(_split()))


def vocabulary(least: int = 8) -> list[str]:
    """The words that stand `least` times or more in the names, the most frequent first.

    A word's place in the list is its id. Chapter 11.

    >>> vocabulary()[:3]
    ['LETTER', 'WITH', 'SMALL']
    """
    return [word for word, n in word_counts().most_common() if n >= least]


def bags(sentences: list[list[str]], words: list[str]) -> tuple[Int64Array, Int64Array]:
    """Ids for a bag of words each: all in a row, and where each bag begins.

    Args:
        sentences: lists of words; those that have no id are left out, so a bag may be empty.
        words: the word of each id.

    Returns:
        `input` ``(N,)`` and `offsets` ``(B,)``, as `embedlib.EmbeddingBag` takes them. Chapter 10.

    >>> bags([["BLACK", "STAR"], [], ["STAR"]], ["STAR", "BLACK"])
    (array([1, 0, 0]), array([0, 2, 2]))
    """
    place = {word: i for i, word in enumerate(words)}
    ids = [[place[word] for word in sentence if word in place] for sentence in sentences]
    lengths = np.array([0, *map(len, ids)], np.int64)
    return np.array(list(chain.from_iterable(ids)), np.int64), np.cumsum(lengths)[:-1]


def pairs(words: list[str], window: int = 4) -> Int64Array:
    """Each word of each name beside each other word near it: shape ``(P, 2)``.

    Args:
        words: the word of each id; others are taken out of the names first.
        window: how many words to the left and to the right are near.

    Returns:
        ids of a word and of one near it, name by name, from left to right.

    Source: the training pairs of skip-gram, Mikolov et al., "Efficient Estimation of Word
    Representations in Vector Space" (2013). Chapter 11.

    >>> pairs(["ROTATED", "HEAVY"])
    array([[0, 1],
           [1, 0]])
    """
    place = {word: i for i, word in enumerate(words)}
    found = []
    for sentence in _split():
        ids = [place[word] for word in sentence if word in place]
        for i, word in enumerate(ids):
            near = ids[max(0, i - window) : i] + ids[i + 1 : i + 1 + window]
            found += [(word, other) for other in near]
    return np.array(found, np.int64).reshape(-1, 2)


@cache
def _letters_of() -> dict[str, set[str]]:
    """Scripts, and the names of their letters: HIRAGANA has KA, CYRILLIC has BE."""
    found = defaultdict(set)
    for character, name in names().items():
        if character >= _PLANE:  # letters of mathematics, of alphabets made up or forgotten
            continue
        script, _, letter = name.partition(" LETTER ")
        script = script.replace(" CAPITAL", "").replace(" SMALL", "")
        if letter and " " not in letter + script:
            found[script].add(letter)
    return dict(found)


def scripts() -> tuple[list[str], list[str], Array]:
    """Which script has a letter of which name?

    Returns:
        73 names of letters that four scripts or more have, the 24 scripts that have ten of them or
        more, and ones and zeros of shape ``(24, 73)``, float32: scripts, letters, has. Chapter 12.

    >>> scripts, letters, has = scripts()
    >>> print(has[scripts.index("HIRAGANA"), letters.index("KA")])
    1.0
    """
    has = _letters_of()
    often = Counter(chain.from_iterable(has.values()))
    letters = sorted(letter for letter, n in often.items() if n >= 4)
    found = sorted(script for script in has if len(has[script].intersection(letters)) >= 10)
    return found, letters, np.array([[x in has[s] for x in letters] for s in found], np.float32)
