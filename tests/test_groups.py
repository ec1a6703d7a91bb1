"""The tests of a page, of a notebook and of what takes long to make run in one process."""

import pytest

from tests.groups import group, put_in_order


@pytest.mark.parametrize(
    ("name", "together"),
    [
        ("chapters/04_padding_idx.ipynb::Cell 3", "chapters/04_padding_idx.ipynb"),
        ("tests/site/test_x.py::test_a[dark-375-en-04_padding_idx]", "en-04_padding_idx"),
        ("tests/site/test_y.py::test_b[zh-search]", "zh-search"),
        ("tests/site/test_o.py::test_o[webkit-en-index]", "tests/site/test_o.py webkit"),
        ("tests/site/test_y.py::test_b[1280-zh]", "tests/site/test_y.py zh"),
        ("tests/site/test_y.py::test_b", "tests/site/test_y.py"),
        ("tests/site/test_publish.py::test_c[zh]", "tests/site/test_publish.py"),
        ("tests/package/test_z.py::test_d[2]", "tests/package/test_z.py::test_d[2]"),
    ],
)
def test_a_test_runs_beside_those_that_share_its_page_or_module(name, together):
    assert group(name) == together


def test_tests_that_only_look_come_first_and_what_happened_in_all_of_it_last(request):
    """Of those that were collected now, in the order in which they run."""
    items = list(reversed(request.session.items))
    put_in_order(items)
    turns = {}
    for item in items:
        if mark := item.get_closest_marker("turn"):
            place = group(item.nodeid), item.callspec.params.get("width")
            turns.setdefault(place, []).append(mark.args[0])
    assert all(found == sorted(found) for found in turns.values())
