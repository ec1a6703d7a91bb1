"""What the Python in the page consists of: nothing is lost between the first Run and later."""

import io
import json
import zipfile

import pytest

from web.fetched.fetch import fetch
from web.live import bytecode as making
from web.live import contents as parts
from web.live.archives import archive, unpacked

LIBRARY = {"os.py": b"o = 1", "json/__init__.py": b"j = 1", "csv.py": b"c = 1"}
NUMPY = {
    "numpy/__init__.py": b"n = 1",
    "numpy/_core/umath.cpython-314.so": b"u",
    "numpy/fft/_fft.cpython-314.so": b"f",
    "numpy/fft/__init__.py": b"f = 1",
    "numpy/__init__.pyi": b"",
    "numpy-2.dist-info/METADATA": b"Name: numpy",
}
BOOK = {"embedlib/__init__.py": b"e = 1", "embedlib/draw.py": b"d = 1", "later.py": b"l = 1"}


def made():
    return making.Bytecode(
        library={"os.py": b"O", "json/__init__.py": b"J"},
        modules={"numpy/__init__.py": b"N", "embedlib/__init__.py": b"E", "later.py": b"L"},
        extensions=frozenset({"numpy/_core/umath.cpython-314.so"}),
        tag="cpython-314",
    )


def test_the_first_run_brings_bytecode_and_the_rest_is_known_by_name():
    found = parts.trimmed(archive(LIBRARY), NUMPY, BOOK, made())
    assert unpacked(found.library) == {"os.pyc": b"O", "json/__init__.pyc": b"J"}
    assert found.numpy == {
        "numpy/__init__.pyc": b"N",
        "numpy/_core/umath.cpython-314.so": b"u",
        "numpy-2.dist-info/METADATA": b"Name: numpy",
    }
    assert found.book.keys() - BOOK.keys() == {
        "embedlib/__pycache__/__init__.cpython-314.pyc",
        "__pycache__/later.cpython-314.pyc",
        "later.json",
    }
    assert BOOK.items() <= found.book.items(), "the book's sources stay for those who read them"
    assert json.loads(found.book["later.json"]) == {
        "library": ["csv"],
        "numpy": ["numpy.fft", "numpy.fft._fft"],
    }
    assert unpacked(found.later["library"]) == LIBRARY, "with the sources of what came as bytecode"
    assert {"numpy/__init__.py", "numpy/fft/__init__.py", "numpy/fft/_fft.cpython-314.so"} < set(
        unpacked(found.later["numpy"])
    )


def test_an_archive_has_the_same_bytes_whenever_and_in_whatever_order_it_is_written():
    backwards = dict(reversed(LIBRARY.items()))
    assert archive(LIBRARY) == archive(backwards)
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(archive(LIBRARY))).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    """A cache of the test's own; Pyodide is there."""
    there = fetch("pyodide")
    monkeypatch.setattr(making, "cache", lambda: tmp_path)
    monkeypatch.setattr(making, "fetch", lambda name: there)
    return tmp_path


ANSWER = archive({"library/os.py": b"O", "about.json": b'{"tag": "t", "extensions": ["a.so"]}'})


def test_bytecode_is_made_once_for_the_same_sources_and_anew_for_others(own_cache, monkeypatch):
    asked, said = [], []
    monkeypatch.setattr(making, "made", lambda sources: asked.append(sources) or ANSWER)
    for modules in ({"a.py": b"1"}, {"a.py": b"1"}, {"a.py": b"2"}):
        found = making.bytecode(modules, said.append)
        assert (found.library, found.extensions, found.tag) == ({"os.py": b"O"}, {"a.so"}, "t")
    assert len(asked) == len(said) == 2
    for number in range(9):
        making.bytecode({"b.py": b"%d" % number}, said.append)
    assert len(list(own_cache.iterdir())) == making.KEPT


def test_without_bytecode_the_page_gets_all_sources_and_the_build_says_so(
    own_cache, monkeypatch, tmp_path
):
    wheel = tmp_path / "embedlib.whl"
    wheel.write_bytes(archive(BOOK))
    monkeypatch.setattr(making.sys, "executable", "/bin/false")
    said = []
    found = parts.contents(wheel, said.append)
    assert "WITHOUT BYTECODE" in said[-1]
    library = (fetch("pyodide") / "python_stdlib.zip").read_bytes()
    assert unpacked(found.library) == unpacked(library)
    assert "numpy/fft/__init__.py" in found.numpy
    assert {"embedlib/draw.py", "run_cell.py"} < found.book.keys()
    assert not [name for name in (*found.numpy, *found.book) if name.endswith(".pyc")]
    assert found.later == json.loads(found.book["later.json"]) == {}


FAKE = b"""
def use_wide_integers(): pass

def run_cell(source, name, namespace, emit):
    import wave
    emit("error" if "error" in source.lower() else "result", "")
"""


@pytest.mark.check  # V8 takes its time
def test_bytecode_is_the_same_whoever_makes_it(tmp_path):
    sources = archive({**BOOK, "run_cell.py": FAKE})
    once = making.made(sources)
    assert once == making.made(sources)
    assert {"library/wave.py", "library/os.py", "modules/later.py"} < set(unpacked(once))
