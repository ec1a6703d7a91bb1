"""What an author wants to know of one notebook, in under a minute: ``make chapter NAME=…``.

Rules, types, the outputs (nbval), the live cells; then the pages of both editions are built, of
which only those that changed are read again, and their addresses printed.
"""

from __future__ import annotations

import subprocess
import sys

from web.book.editions import EDITIONS, ROOT
from web.book.notebooks import CHAPTERS, paths, read
from web.book.rules import RULES
from web.book.rules_of_chapters import RULES_OF_CHAPTERS, is_chapter
from web.book.type_check import type_errors


def problems(name: str) -> list[str]:
    """What the rules and mypy say, in the words that the tests use."""
    path = CHAPTERS / f"{name}.ipynb"
    notebook = read(path)
    rules = RULES + (RULES_OF_CHAPTERS if is_chapter(path) else [])
    return [*(str(problem) for rule in rules for problem in rule(notebook)), *type_errors([path])]


def run(title: str, *command: str) -> bool:
    print(f"\n== {title}", flush=True)
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT).returncode == 0


def main() -> None:
    (name,) = sys.argv[1:]
    names = [path.stem for path in paths()]
    if name not in names:
        sys.exit(f"make chapter: NAME={name} is no notebook. There are: {', '.join(names)}")
    print(f"== {name}: rules and types", flush=True)
    found = problems(name)
    print("\n".join(found) or "no problem")
    good = not found
    tests = ["tests/book/test_live.py", f"chapters/{name}.ipynb"]
    good &= run(
        "outputs and live cells",
        *(
            "pytest",
            "-q",
            "-n",
            "2",
            "--dist",
            "loadfile",
            "--nbval",
            "--nbval-current-env",
            "-k",
            name,
            *tests,
        ),
    )
    good &= run("pages", "web.site.build", "--changed")
    print("\nTo look at them: make serve, then")
    for code in EDITIONS:
        print(f"  http://localhost:8000/{code}/chapters/{name}.html")
    sys.exit(0 if good else f"\nmake chapter: {name} is not right yet (see above)")


if __name__ == "__main__":
    main()
