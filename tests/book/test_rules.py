"""Every notebook keeps the rules, and every rule catches a notebook that breaks it."""

from copy import deepcopy

import pytest

from web.book import rules
from web.book.notebooks import paths, read

CHAPTERS = [path for path in paths() if rules.is_chapter(path)]


def named(path):
    return path.stem


@pytest.mark.parametrize("path", paths(), ids=named)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_notebook_keeps_the_rule(path, rule):
    problems = [f"{path.name}, {problem}" for problem in rule(read(path))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", CHAPTERS, ids=named)
@pytest.mark.parametrize("rule", rules.RULES_OF_CHAPTERS, ids=lambda rule: rule.__name__)
def test_every_chapter_keeps_the_rule(path, rule):
    problems = [f"{path.name}, {problem}" for problem in rule(read(path))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", [p for p in paths() if any(rules.code(read(p)))], ids=named)
def test_the_first_code_cell_is_the_one_that_installs_in_colab(path):
    first = [next(iter(rules.code(read(p))))[1]["source"] for p in (paths()[0], path)]
    assert first[0] == first[1]
    assert "--no-deps" in first[1]
    assert "torch" not in first[1]


def test_labels_are_unique_in_the_book():
    found = [
        label
        for path in paths()
        for _, cell in rules.markdown(read(path))
        if rules.language(cell) != "zh"
        for label in rules.LABEL.findall(cell["source"])
    ]
    assert sorted(found) == sorted(set(found))


# --- each rule, broken once -------------------------------------------------------------------

EN, ZH = {"tags": ["en"]}, {"tags": ["zh"]}


def cell(source, metadata):
    return {"cell_type": "markdown", "source": source, "metadata": metadata}


def code_cell(source="1 + 1", count=1, outputs=(), **metadata):
    return {
        "cell_type": "code",
        "source": source,
        "execution_count": count,
        "outputs": list(outputs),
        "metadata": metadata,
    }


GOOD = [
    cell("(a)=\n## One, 1\n\nSee `x` and $y$, [here](#a).", EN),
    cell("(a)=\n## 一，1\n\n看 `x` 和 $y$，[这里](#a)。", ZH),
    code_cell(),
]


def broken(position, **changes):
    cells = deepcopy(GOOD)
    cells[position].update(changes)
    return {"cells": cells}


def other(old, new):
    """The Chinese twin says another thing."""
    assert old in GOOD[1]["source"]
    return broken(1, source=GOOD[1]["source"].replace(old, new))


def plus(*cells):
    return {"cells": [*deepcopy(GOOD), *cells]}


def test_the_good_example_breaks_no_rule():
    for rule in rules.RULES:
        assert list(rule({"cells": GOOD})) == []


FIGURE = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}}
GREY = {"output_type": "display_data", "data": {"image/svg+xml": '<g style="fill: #808080"/>'}}
FAULTS = {
    "untagged cell": (rules.languages_are_paired, broken(0, metadata={}), 1),
    "two tags": (rules.languages_are_paired, broken(0, metadata={"tags": ["en", "zh"]}), 1),
    "no zh twin": (rules.languages_are_paired, plus(cell("Alone.", EN)), 4),
    "no en twin": (rules.languages_are_paired, plus(cell("独自。", ZH)), 4),
    "heading level": (rules.twins_agree, other("##", "#"), 1),
    "label differs": (rules.twins_agree, other("(a)=", "(b)="), 1),
    "formula": (rules.twins_agree, other("$y$", "$z$"), 1),
    "code word": (rules.twins_agree, other("`x`", "`z`"), 1),
    "link": (rules.twins_agree, other("(#a)", "(#b)"), 1),
    "digit": (rules.twins_agree, other("1", "2"), 1),
    "picture": (rules.twins_agree, other("。", "。\n\n![图](../imgs/map.svg)"), 1),
    "no label": (rules.headings_have_labels, plus(cell("Text.\n\n### Two", EN)), 4),
    "picture without words": (
        rules.pictures_have_words,
        plus(cell("![](../imgs/map.svg)", EN)),
        4,
    ),
    "picture elsewhere": (
        rules.pictures_have_words,
        plus(cell("![x](https://example.org/x.svg)", EN)),
        4,
    ),
    "picture that is not there": (
        rules.pictures_have_words,
        plus(cell("![x](../imgs/no.svg)", EN)),
        4,
    ),
    "drawing without words": (rules.pictures_have_words, plus(code_cell(outputs=[FIGURE])), 4),
    "drawing without Chinese words": (
        rules.pictures_have_words,
        plus(code_cell(outputs=[FIGURE], alt={"en": "A curve."})),
        4,
    ),
    "drawing in a colour of its own": (
        rules.drawings_keep_to_the_palette,
        plus(code_cell(outputs=[GREY])),
        4,
    ),
    "cell not run": (rules.every_cell_was_run, broken(2, execution_count=None), 3),
    "cells run out of order": (rules.every_cell_was_run, broken(2, execution_count=7), 3),
    "Chinese in code": (rules.code_is_language_free, broken(2, source="x = 1  # 一"), 3),
    "excluded term": (rules.terms_are_the_books_own, plus(cell("这是令牌。", ZH)), 4),
    "excluded term in alt": (
        rules.terms_are_the_books_own,
        plus(code_cell(alt={"en": "x", "zh": "令牌"})),
        4,
    ),
    "half-width comma": (rules.chinese_typography, plus(cell("一,二。", ZH)), 4),
    "half-width stop": (rules.chinese_typography, plus(cell("一句话.", ZH)), 4),
    "straight quotes": (rules.chinese_typography, plus(cell('说"好"。', ZH)), 4),
    "no space before a digit": (rules.chinese_typography, plus(cell("第1章。", ZH)), 4),
    "no space beside code": (rules.chinese_typography, plus(cell("看`x`。", ZH)), 4),
    "space beside a full-width mark": (rules.chinese_typography, plus(cell("看 x ，好。", ZH)), 4),
    "slanted Chinese": (rules.chinese_typography, plus(cell("这*很*重要。", ZH)), 4),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_rule_is_caught_with_its_cell_and_cure(fault):
    rule, notebook, place = FAULTS[fault]
    problems = list(rule(notebook))
    assert [problem.cell for problem in problems][:1] == [place]
    assert problems[0].fault
    assert problems[0].cure


def test_a_chapter_without_its_parts_or_out_of_measure_is_caught():
    assert list(rules.chapter_has_its_parts({"cells": GOOD}))
    assert list(rules.chapter_keeps_its_measure({"cells": GOOD}))
    long = {"cells": [code_cell(source="x = 1\n" * 26) for _ in range(9)]}
    assert any("26 lines" in str(problem) for problem in rules.chapter_keeps_its_measure(long))


def test_an_output_in_sight_of_its_prediction_is_caught():
    rule = rules.predictions_come_before_their_output
    shown = {"output_type": "stream", "name": "stdout", "text": "2"}
    asked = cell("**Predict first.** What is `1 + 1`?", EN)
    assert [p.cell for p in rule(plus(asked, code_cell(outputs=[shown])))] == [5]
    assert not list(rule(plus(asked, code_cell(outputs=[shown], tags=["hide-output"]))))
