"""The two editions of the book, and the address that it is published at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Edition:
    """What differs between the editions, beside the cells of the notebooks."""

    code: str  # tag of its cells, folder of its pages, value of hreflang
    name: str  # in its own language, as the language switch shows it
    language: str  # Sphinx's name of the language
    title: str
    author: str
    search_bar_text: str
    toc_title: str
    show_solution: str
    hide_solution: str
    show_output: str  # of a cell whose output would answer a prediction
    hide_output: str

    @property
    def hreflang(self) -> str:
        return self.language.replace("_", "-")


EDITIONS = {
    "en": Edition(
        code="en",
        name="English",
        language="en",
        title="Inside nn.Embedding",
        author="the Inside nn.Embedding authors",
        search_bar_text="Search this book",
        toc_title="On this page",
        show_solution="Show the solution",
        hide_solution="Hide the solution",
        show_output="I have a guess: show the output",
        hide_output="Hide the output",
    ),
    "zh": Edition(
        code="zh",
        name="中文",
        language="zh_CN",
        title="看懂 nn.Embedding",
        author="《看懂 nn.Embedding》作者",
        search_bar_text="搜索本书",
        toc_title="本页目录",
        show_solution="看答案",
        hide_solution="收起答案",
        show_output="猜好了，看输出",
        hide_output="收起输出",
    ),
}


@dataclass(frozen=True)
class Address:
    """Where the sources and the site are: ``_config.yml``, or the workflow's repository."""

    repository: str  # https://github.com/owner/name
    site: str  # https://owner.github.io/name, without a slash at the end


def read_config() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    return config


# What the notebooks say until they are published. An account name cannot have an underscore, so
# nobody can take this one and serve code to readers.
PLACEHOLDER = Address(
    "https://github.com/YOUR_GITHUB_NAME/inside-nn-embedding",
    "https://YOUR_GITHUB_NAME.github.io/inside-nn-embedding",
)


def address() -> Address:
    """The address of this copy: in a workflow that of ``GITHUB_REPOSITORY`` (owner/name).

    So a fork is right from its first publication. Only the site's address may be another one
    than GitHub's: a domain of one's own, when the configuration names this very repository.
    """
    config = read_config()
    written = Address(config["repository"]["url"], config["html"]["baseurl"].rstrip("/"))
    slug = os.environ.get("GITHUB_REPOSITORY")
    if not slug or written.repository.lower() == f"https://github.com/{slug}".lower():
        return written
    return on_github(slug)


def on_github(slug: str) -> Address:
    """Where GitHub Pages serves the repository ``owner/name``."""
    owner, name = slug.split("/")
    host = f"{owner.lower()}.github.io"
    site = f"https://{host}" if name.lower() == host else f"https://{host}/{name}"
    return Address(f"https://github.com/{slug}", site)
