"""The names of characters: the same words, pairs and letters of scripts on every Python."""

import hashlib

import numpy as np

from embedlib import characters


def digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def test_the_names_their_words_and_the_pairs_are_those_that_the_chapters_count() -> None:
    words = characters.vocabulary()
    pairs = characters.pairs(words)
    assert (len(characters.names()), len(words), pairs.shape) == (11606, 603, (160644, 2)), (
        "Python's table of Unicode 3.2 differs: chapters 10 to 12 will show other numbers"
    )
    assert digest(sorted(characters.names().items())) == "5e87f00c655bafb5"
    assert digest(words) == "1039bb64bd376c84"
    assert hashlib.sha256(pairs.tobytes()).hexdigest()[:16] == "0bbd8f2fbab1e109"
    assert pairs.dtype == np.int64


def test_words_that_stand_equally_often_keep_the_order_of_the_characters() -> None:
    counts = characters.word_counts()
    first = {word: i for i, word in enumerate(counts)}
    words = characters.vocabulary(2)
    assert words == sorted(words, key=lambda word: (-counts[word], first[word]))
    assert min(counts[word] for word in words) == 2


def test_pairs_are_all_those_within_the_window_slowly_counted() -> None:
    words = characters.vocabulary(40)
    place = {word: i for i, word in enumerate(words)}
    slow = []
    for name in characters.names().values():
        ids = [place[word] for word in characters.words_of(name) if word in place]
        for i in range(len(ids)):
            slow += [(ids[i], ids[j]) for j in range(len(ids)) if j != i and abs(i - j) <= 2]
    assert characters.pairs(words, window=2).tolist() == [list(pair) for pair in slow]
    assert characters.pairs([]).shape == (0, 2)


def test_bags_leave_out_unknown_words_and_may_be_empty() -> None:
    input, offsets = characters.bags([["A", "B"], ["X"], [], ["B"]], ["B", "A"])
    assert (input.tolist(), offsets.tolist()) == ([1, 0, 0], [0, 2, 2, 2])
    input, offsets = characters.bags([], ["B"])
    assert (input.dtype, offsets.dtype, len(input), len(offsets)) == (np.int64, np.int64, 0, 0)


def test_the_scripts_and_their_letters_are_those_of_chapter_12() -> None:
    scripts, letters, has = characters.scripts()
    assert has.shape == (24, 73)
    assert has.dtype == np.float32
    assert digest((scripts, letters, has.tolist())) == "a3b06a217065eba4"
    assert has.sum(axis=1).min() >= 10
