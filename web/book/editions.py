"""The two editions of the book, and the address that it is published at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from web.book.words import WORDS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Edition:
    """What differs between the editions, beside the cells of the notebooks: ``words/*.toml``."""

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
    footer: str

    @property
    def hreflang(self) -> str:
        return self.language.replace("_", "-")


EDITIONS = {code: Edition(code=code, **found) for code, found in WORDS["edition"].items()}


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
