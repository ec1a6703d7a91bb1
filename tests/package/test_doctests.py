"""Every example in a docstring of the package gives what it says."""

import doctest
import importlib
import pkgutil

import pytest

import embedlib

MODULES = ["embedlib", *(f"embedlib.{m.name}" for m in pkgutil.iter_modules(embedlib.__path__))]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_docstrings_hold(name):
    if name == "embedlib.draw":
        pytest.importorskip("matplotlib")
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0 or name == "embedlib.palette"
    assert result.failed == 0
