"""Every notebook keeps the rules, and every rule catches a notebook that breaks it."""

from copy import deepcopy

import pytest

from embedlib.palette import PALETTE
from web.book import rules
from web.book.anatomy import ADVICE, EXERCISES, MYTH, PARTS, PREDICTION
from web.book.editions import EDITIONS
from web.book.minutes import measured
from web.book.notebooks import paths, read
from web.book.referee import checks
from web.book.rules_of_chapters import (
    RULES_OF_CHAPTERS,
    is_chapter,
    predictions_come_before_their_output,
)

CHAPTERS = [path for path in paths() if is_chapter(path)]


def named(path):
    return path.stem


@pytest.mark.parametrize("path", paths(), ids=named)
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_every_notebook_keeps_the_rule(path, rule):
    problems = [f"{path.name}, {problem}" for problem in rule(read(path))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", CHAPTERS, ids=named)
@pytest.mark.parametrize("rule", RULES_OF_CHAPTERS, ids=lambda rule: rule.__name__)
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
OWN_COLOURS = "<style>@media (prefers-color-scheme:dark){text{fill:#xx}}text{fill:#yy}</style>"
MAP = OWN_COLOURS.replace("#xx", PALETTE["dark"]["ink"]).replace("#yy", PALETTE["light"]["ink"])


def drawn(svg):
    return [{"output_type": "execute_result", "data": {"image/svg+xml": f"<svg>{svg}</svg>"}}]


def referee(source, *more):
    return plus(code_cell(source, tags=["referee", *more]))


PRINTED = [{"output_type": "stream", "name": "stdout", "text": "loss 0.8514 of 2,722"}]
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
    "Markdown in a summary": (
        rules.summaries_are_html,
        plus(cell("<details>\n<summary>What `f` does</summary>\n\nIt.\n\n</details>", EN)),
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
    "drawing that hides a colour of its own behind dark ones": (
        rules.drawings_keep_to_the_palette,
        plus(code_cell(outputs=drawn(MAP + "<style>circle{fill:#808080}</style>"))),
        4,
    ),
    "live picture without dark colours": (
        rules.drawings_keep_to_the_palette,
        plus(code_cell(outputs=drawn("<circle/>"), tags=["live"])),
        4,
    ),
    "two folds": (
        rules.a_cell_has_one_fold,
        plus(code_cell(tags=["hide-input", "hide-output"])),
        4,
    ),
    "referee that asserts nothing": (rules.a_referee_checks, referee("layer_t(ids)"), 4),
    "referee that only names an assertion": (
        rules.a_referee_checks,
        referee("# assert a\nf = torch.testing.assert_close"),
        4,
    ),
    "referee that is skipped": (rules.a_referee_checks, referee("assert a", "nbval-skip"), 4),
    "referee that is skipped by a comment": (
        rules.a_referee_checks,
        referee("# NBVAL_SKIP\nassert a"),
        4,
    ),
    "referee that may fail": (rules.a_referee_checks, referee("assert a", "raises-exception"), 4),
    "number that no run gives": (
        rules.numbers_are_computed,
        plus(code_cell(outputs=PRINTED), cell("It fell to 0.861.", EN)),
        5,
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
    "bold that does not end": (
        rules.chinese_typography,
        plus(cell("**先说**一句，**再说一句。**还有。", ZH)),
        4,
    ),
    "slanted Chinese": (rules.chinese_typography, plus(cell("这*很*重要。", ZH)), 4),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_rule_is_caught_with_its_cell_and_cure(fault):
    rule, notebook, place = FAULTS[fault]
    problems = list(rule(notebook))
    assert [problem.cell for problem in problems][:1] == [place]
    assert problems[0].fault
    assert problems[0].cure


def test_a_picture_with_dark_colours_of_the_palette_may_be_live():
    cell = code_cell(outputs=drawn(MAP), tags=["live"])
    assert not list(rules.drawings_keep_to_the_palette(plus(cell)))


@pytest.mark.parametrize(
    "words",
    [
        "It fell to 0.851.",
        "It fell to 0.85 of 2722, about 2,700; that is 85.14 %.",
        "Two rows, 27 letters.",
        "In [issue 3121](https://example.org/3121) a `1.5` and $2.5$, with Python 3.11 (2014).",
        "**Predict first.** Is it 0.9 or 250?",
    ],
)
def test_numbers_that_a_run_gave_or_that_are_cited_may_be_said(words):
    notebook = plus(code_cell(outputs=PRINTED), cell(words, EN))
    assert not list(rules.numbers_are_computed(notebook))


CHECKS = """np.testing.assert_array_equal(a, b)
for x in y:
    torch.testing.assert_close(x, x)
    assert x  # counted once, also in a loop
"""


def test_the_checks_of_a_referee_are_counted_in_its_code():
    assert checks(CHECKS) == 3
    assert checks("%pip install torch") == checks("x = 'assert y'") == 0
    for tag in ([], ["nbval-ignore-output"]):  # runs, and an error in it is reported
        assert not list(rules.a_referee_checks(referee(CHECKS, *tag)))


# --- chapters, broken once --------------------------------------------------------------------


def chapter(**changes):
    """A short chapter that keeps every rule, but for what is changed: what to change -> how."""
    parts = {
        edition: [
            *(f"(l)=\n{part}\n" for part in PARTS[edition]),
            f"{ADVICE[edition]}\n\n- {edition} 1.\n- 2.\n- 3.\n\n(q)=\n## Next\n\n- Four.\n",
            f"{EXERCISES[edition][0]} {EXERCISES[edition][2]}\n",
        ]
        for edition in EDITIONS
    }
    parts["en"].append(changes.get("en", "Need. About 5 minutes, and 15 for the exercises."))
    parts["zh"].append(changes.get("zh", "大约 5 分钟，做练习再加 15 分钟。"))
    for old, new in changes.get("replace", {}).items():
        parts = {e: [part.replace(old, new) for part in said] for e, said in parts.items()}
    code = [code_cell("a\nb\nc\nd", tags=["live"]) for _ in range(8)]
    words = [cell("\n".join(parts["en"]), EN), cell("\n".join(parts["zh"]), ZH)]
    return {"cells": words + changes.get("code", code) + changes.get("more", [])}


def problems(notebook):
    return [str(problem) for rule in RULES_OF_CHAPTERS for problem in rule(notebook)]


def long_referees(count):
    return [code_cell("assert a\n" * 30, tags=["referee"]) for _ in range(count)]


def test_the_good_chapter_breaks_no_rule():
    assert problems(chapter()) == []


def test_folded_cells_count_neither_in_the_measure_nor_in_the_minutes_nor_in_what_is_live():
    drawing = code_cell("x = 1\n" * 30, tags=["hide-input"])
    assert problems(chapter(more=[*long_referees(20), drawing])) == []


PREDICT = {"en": "Need. About 5 minutes, and 15 for the exercises." + 4 * "\n**Predict first.**"}
FAULTS_OF_CHAPTERS = {
    "four predictions": (PREDICT, "more than three predictions"),
    "a part is missing": ({"replace": {"### Quiz": ""}}, "### Quiz is missing"),
    "the Chinese words of before": (
        {"replace": {"**先读**": "**要什么**"}},
        "**先读** is missing",
    ),
    "no advice": (
        {"replace": {ADVICE["zh"]: "## 那么"}},
        "zh: 0 lines of advice",
    ),
    "too little advice": ({"replace": {"- en 1.\n": ""}}, "2 lines of advice. Cure"),
    "too much advice": ({"replace": {"- en 1.": "- 1.\n- 2.\n- 3.\n- 4."}}, "6 lines of advice"),
    "one exercise": ({"replace": {EXERCISES["zh"][0]: ""}}, "zh: 1 exercises. Cure"),
    "four exercises": ({"replace": {EXERCISES["zh"][0]: 3 * EXERCISES["zh"][1]}}, "zh: 4 exer"),
    "three myths": ({"replace": {"- en 1.": f"- en 1.\n{3 * MYTH['en']}"}}, "en: 3 myths. Cure"),
    "few cells": ({"code": [code_cell(tags=["live"])]}, "1 code cells"),
    "many cells": ({"more": [code_cell(tags=["live"])] * 13}, "21 code cells"),
    "a long cell": ({"more": [code_cell("x\n" * 26)]}, "26 lines of code"),
    "long cells": ({"more": [code_cell("x\n" * 6, tags=["live"])] * 9}, "lines on the median"),
    "few live cells": ({"more": [code_cell()] * 6}, "8 of 14 code cells are live"),
    "no minutes": ({"en": ""}, "it promises [None, (5, 15)] minutes"),
    "other minutes in Chinese": ({"zh": "大约 5 分钟。"}, "it promises [(5, 15), (5, 0)]"),
    "too long": (
        {"en": "Need. About 45 minutes.", "zh": "大约 45 分钟。"},
        "45 minutes to read. Cure: 40 at most",
    ),
    "too many words": (
        {"en": "x " * 4000 + "\n\nNeed. About 5 minutes, and 15 for the exercises."},
        "it promises (5, 15) minutes; words, code and tasks make (35, 15)",
    ),
    "other minutes for the exercises": (
        {
            "en": "Need. About 5 minutes, and 30 for the exercises.",
            "zh": "大约 5 分钟，做练习再加 30 分钟。",
        },
        "tasks make (5, 15)",
    ),
}


@pytest.mark.parametrize("fault", FAULTS_OF_CHAPTERS)
def test_a_broken_rule_of_chapters_is_caught_and_no_other(fault):
    changes, said = FAULTS_OF_CHAPTERS[fault]
    (problem,) = problems(chapter(**changes))
    assert said in problem


def test_predictions_exercises_and_the_quiz_take_minutes_too():
    plain = chapter(replace={"### Quiz": "", EXERCISES["en"][0]: "", EXERCISES["en"][2]: ""})
    assert (measured(plain), measured(chapter())) == ((5, 0), (5, 15))
    assert measured(chapter(en=20 * PREDICTION["en"])) == (25, 15)
    stub = code_cell("def yours(ids):\n" + "    pass\n" * 50)
    assert measured({"cells": plain["cells"] + [stub]}) == (5, 10), (
        "its code belongs to its 8 minutes"
    )


def test_an_output_in_sight_of_its_prediction_is_caught():
    rule = predictions_come_before_their_output
    shown = {"output_type": "stream", "name": "stdout", "text": "2"}
    asked = cell("**Predict first.** What is `1 + 1`?", EN)
    assert [p.cell for p in rule(plus(asked, code_cell(outputs=[shown])))] == [5]
    assert not list(rule(plus(asked, code_cell(outputs=[shown], tags=["hide-output"]))))
