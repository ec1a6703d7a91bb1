"""READMEs and guides are true: what they name exists, and both languages name the same."""

import re

import pytest

from web.book.editions import ROOT

DOCS = ("README.md", "CONTRIBUTING.md", ".github/MAINTAINING.md")
EVERY = [*DOCS, *(name.replace(".md", ".zh-CN.md") for name in DOCS)]
TARGETS = set(re.findall(r"(?m)^([a-z./-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8")))
# What comes into being on a machine, and what lies in somebody else's package.
ELSEWHERE = ("_build/", ".venv/", "open_webui/", "/", "dist/")


def read(name):
    return (ROOT / name).read_text("utf-8")


def code(text):
    """The words in backticks, and the lines of blocks without their comments."""
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```", text)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    outside = re.sub(r"(?ms)^```.*?^```", "", text)
    return re.findall(r"`([^`\n]+)`", outside) + [line for line in lines if line]


def targets(text):
    found = (re.match(r"make ([a-z./-]+)", words) for words in code(text))
    return {match[1] for match in found if match}


def paths(text):
    """What looks like a path: with a slash in it, or a file that lies at the root."""
    root = {path.name for path in ROOT.iterdir()}
    return {
        word
        for word in code(text)
        if re.fullmatch(r"[\w./-]+", word)
        and ("/" in word or word in root)
        and not word.startswith(ELSEWHERE)
    }


def links(text):
    outside = re.sub(r"`[^`\n]+`", "", text)
    return {link for link in re.findall(r"\]\(([^)\s]+)\)", outside) if "://" not in link}


@pytest.mark.parametrize("name", EVERY)
def test_every_target_exists(name):
    assert targets(read(name)) <= TARGETS


@pytest.mark.parametrize("name", EVERY)
def test_every_path_and_every_module_exists(name):
    text = read(name)
    missing = [path for path in paths(text) if not (ROOT / path).exists()]
    missing += [link for link in links(text) if not (ROOT / name).parent.joinpath(link).exists()]
    for module in re.findall(r"-m ((?:web|benchmarks|tests)[\w.]+)", text):
        if not (ROOT / module.replace(".", "/")).with_suffix(".py").exists():
            missing.append(module)
    assert missing == []


@pytest.mark.parametrize("name", DOCS)
def test_both_languages_name_the_same(name):
    """Commands, paths and whatever else stands in backticks, and where the links lead."""

    def in_english(words):
        return {re.sub(r"\bzh\b(?!-CN)", "en", word.replace(".zh-CN", "")) for word in words}

    english, chinese = read(name), read(name.replace(".md", ".zh-CN.md"))
    with_han = re.compile(r"[\u4e00-\u9fff]")
    for found in (code, links):
        ours, theirs = in_english(found(english)), in_english(found(chinese))
        differing = {word for word in ours ^ theirs if not with_han.search(word)}
        assert differing <= SAID_DIFFERENTLY, sorted(differing - SAID_DIFFERENTLY)


# With words of a language in them.
SAID_DIFFERENTLY = {
    "[words](#label)",
    'git tag -a v0.2.0 -m "What is new, in one sentence"',
}


def test_each_guide_leads_to_its_twin():
    for name in DOCS:
        chinese = name.replace(".md", ".zh-CN.md")
        assert f"[中文]({chinese.split('/')[-1]})" in read(name)
        assert f"[English]({name.split('/')[-1]})" in read(chinese)
