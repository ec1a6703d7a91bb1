"""What cannot be tested because something is not there: said loudly, and a failure under CI."""

import os

import pytest

LOUD = "!!! NOT TESTED: "


def skip_loudly(cure):
    """Skip; conftest repeats it at the end of the run, with the number of tests."""
    if os.environ.get("CI") == "true":
        pytest.fail(cure)
    pytest.skip(LOUD + cure)
