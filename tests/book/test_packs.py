"""The page's decoder of LZMA (web/live/unlzma.mjs) against Python's own, in Node."""

import base64
import json
import lzma
import random
import subprocess
from pathlib import Path

import pytest

from tests.node import node
from web.live import packs

SCRIPT = Path(__file__).with_name("unlzma.mjs")


def compress(content):
    return lzma.compress(content, lzma.FORMAT_RAW, filters=packs.FILTERS)


def outcomes(cases, folder):
    """Of (content, size, parts), what the decoder gives: bytes, or the words of its error."""
    given = folder / "cases.json"
    asked = [
        {"content": base64.b64encode(content).decode(), "size": size, "parts": parts}
        for content, size, parts in cases
    ]
    given.write_text(json.dumps(asked))
    command = [node(), SCRIPT, given]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return [
        base64.b64decode(answer["out"]) if "out" in answer else answer["error"]
        for answer in json.loads(run.stdout)
    ]


def samples():
    chance = random.Random(0)
    source = Path(__file__).read_bytes()
    yield b""
    yield b"a"
    yield b"a" * 100_000  # one long repetition
    yield chance.randbytes(30_000)  # nothing to find
    yield source * 3
    yield (
        b"".join(chance.choice([source[:99], b"abc", chance.randbytes(7)]) for _ in range(9_000))
    )
    yield b"".join(n.to_bytes(4, "little") for n in range(0, 90_000, 3))  # distances of four
    far = chance.randbytes(1 << 20)
    yield far + source + far  # repeated from afar


def test_what_python_compressed_comes_out_again_in_however_many_parts(tmp_path):
    contents = list(samples())
    cases = [(content, parts) for content in contents for parts in (1, 3, 1000)]
    cases += [(contents[4], 10**9)]  # byte by byte
    found = outcomes([(compress(c), len(c), parts) for c, parts in cases], tmp_path)
    for (content, parts), out in zip(cases, found, strict=True):
        assert out == content, f"{content[:20]!r}…, {len(content)} bytes in {parts} parts"


@pytest.mark.parametrize("parts", [1, 7])
def test_what_was_cut_off_is_refused_wherever_it_ends(tmp_path, parts):
    content = Path(__file__).read_bytes()
    whole = compress(content)
    ends = [0, 1, 4, 5, 24, 25, len(whole) // 2, len(whole) - 6, len(whole) - 1]
    found = outcomes([(whole[:end], len(content), parts) for end in ends], tmp_path)
    assert set(found) <= {"the archive is cut off", "the archive is broken"}


def test_what_is_broken_is_refused_and_never_given_as_right(tmp_path):
    content = Path(__file__).read_bytes() * 2
    whole, chance = compress(content), random.Random(1)
    broken = []
    for _ in range(300):
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        broken.append((bytes(changed), len(content), 5))
    broken += [(whole, len(content) - 1, 5), (whole, len(content) + 1, 5)]
    broken += [(b"<!doctype html>" * 99, len(content), 5), (chance.randbytes(9_000), 9_000, 5)]
    found = outcomes(broken, tmp_path)
    assert set(found) <= {"the archive is cut off", "the archive is broken"}, "no other outcome"


def test_a_pack_is_compressed_once_and_keeps_the_order_of_its_files(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "cache", lambda: tmp_path)
    said, files = [], {"b": b"second letter", "a": b"first"}
    for _ in range(2):
        packed = packs.pack("Letters", files, said.append)
        assert packed.table == [("b", 13), ("a", 5)]
        assert packed.size == 18
        assert outcomes([(packed.content, packed.size, 1)], tmp_path) == [b"second letterfirst"]
    assert said == ["Letters for the page: compressed by LZMA, and kept"]
