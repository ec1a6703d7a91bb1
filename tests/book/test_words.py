"""What readers see as words of the site is said in both languages, in one file each."""

import re

import pytest

from tests.pages import HAN
from web.book.words import BY_LANGUAGE, THEME, WORDS

PLACE = re.compile(r"\{\w*\}|%\(\w+\)s")


def test_both_languages_have_the_same_sections_and_keys():
    english, chinese = ({s: set(w) for s, w in BY_LANGUAGE[code].items()} for code in ("en", "zh"))
    assert english == chinese, "web/book/words/en.toml and zh.toml differ. Cure: say it in both"


@pytest.mark.parametrize("section", WORDS)
def test_both_languages_leave_the_same_places_to_fill_in(section):
    for key, english in WORDS[section]["en"].items():
        chinese = WORDS[section]["zh"][key]
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(chinese)), (section, key)


@pytest.mark.parametrize("section", WORDS)
def test_each_language_speaks_for_itself(section):
    identifiers = {"language", "stop"} if section in ("edition", "glossary") else set()
    if section in ("explore", "keep"):
        identifiers = {"space"}  # what stands between two sentences
    for key, english in WORDS[section]["en"].items():
        assert not HAN.search(english), (section, key)
        assert key in identifiers or HAN.search(WORDS[section]["zh"][key]), (section, key)


def test_what_the_theme_says_keeps_its_places():
    for english, chinese in THEME.items():
        assert PLACE.findall(english) == PLACE.findall(chinese), english
