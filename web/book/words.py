"""What readers see as words of the site, beside the notebooks: ``words/*.toml``.

Both files have the same sections and keys; only Chinese has ``[theme]``, what the theme says in
English.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

FOLDER = Path(__file__).with_name("words")
LANGUAGES = ("en", "zh")


def load(language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads(
        (FOLDER / f"{language}.toml").read_text("utf-8")
    )
    return found


BY_LANGUAGE = {language: load(language) for language in LANGUAGES}
THEME = BY_LANGUAGE["zh"].pop("theme")
# WORDS["live"]["zh"]["run"]: the words of one room stand together.
WORDS = {
    section: {language: found[section] for language, found in BY_LANGUAGE.items()}
    for section in BY_LANGUAGE["en"]
}
