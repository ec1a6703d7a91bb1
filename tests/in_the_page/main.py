"""Runs in the page's Python, beside embedlib and run_cell.py: examples, cases, expressions.

What they gave goes to ``answers.pickle``, for the computer to judge.
"""

import doctest
import importlib
import pickle
import pkgutil
from pathlib import Path

WORK = Path(__file__).parent


def main():
    import run_cell
    from expressions import values

    answers = {"cases before": cases()}
    run_cell.use_wide_integers()  # what worker.mjs does to NumPy
    answers |= {"cases": cases(), "doctests": doctests(), "expressions": values()}
    (WORK / "answers.pickle").write_bytes(pickle.dumps(answers))


def doctests():
    """For each module, how many examples it has, and what doctest says of those that fail."""
    import embedlib

    names = [f"embedlib.{module.name}" for module in pkgutil.iter_modules(embedlib.__path__)]
    found = {}
    for name in ["embedlib", *names]:
        if name == "embedlib.draw":
            continue  # needs Matplotlib, which a page has not
        failures = []
        runner = doctest.DocTestRunner()
        for test in doctest.DocTestFinder().find(importlib.import_module(name)):
            runner.run(test, out=failures.append)
        found[name] = (runner.tries, "".join(failures))
    return found


def cases():
    import recipes

    given = pickle.loads((WORK / "cases.pickle").read_bytes())
    return [recipes.answer(kind, arguments) for kind, arguments in given]
