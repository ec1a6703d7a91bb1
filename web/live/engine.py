"""Pyodide in the V8 that mini-racer brings: ``python -m web.live.engine SOURCES ANSWER``.

``SOURCES`` is a zip of the modules that a page has beside the standard library, ``ANSWER`` a zip
of bytecode (``in_engine.py`` says which). A process of its own, which ``bytecode.py`` starts: V8
takes half a gigabyte, and what breaks in it must not take the build along.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from py_mini_racer import MiniRacer

from web.fetched.fetch import fetch

HERE = Path(__file__).parent
SECONDS = 120  # that Pyodide may take to start
# No columns in the bytecode, which only carets below library lines would show: a quarter of its
# size. Sets are written in the order of hashes: a fixed seed, so that each build gives the same.
SETTINGS = {"PYTHONNODEBUGRANGES": "1", "PYTHONHASHSEED": "0"}


class EngineError(Exception):
    """Pyodide did not run in V8."""


EXPORTS = (
    re.compile(r"export default (?P<name>\w+);"),
    re.compile(r"export\{(?P<name>\w+) as loadPyodide\b[^}]*\};"),
)


def script(path: Path, name: str) -> str:
    """A module as a plain script, which mini-racer runs: its export becomes a global ``name``."""
    text = path.read_text("utf-8").replace("import.meta.url", '"file:///pyodide"')
    for export in EXPORTS:
        text = export.sub(rf"globalThis.{name} = \g<name>;", text)
    return f"(() => {{{text}\n}})()"


class Engine:
    """A running Pyodide, given files and code, asked for files."""

    def __init__(self) -> None:
        self.v8 = MiniRacer()

    def start(self) -> None:
        pyodide = fetch("pyodide")
        self.v8.eval((HERE / "engine.js").read_text("utf-8"))
        for name in ("pyodide.asm.wasm", "python_stdlib.zip"):
            self.give(name, (pyodide / name).read_bytes())
        self.v8.eval(script(pyodide / "pyodide.asm.mjs", "createPyodideModule"))
        self.v8.eval(script(pyodide / "pyodide.mjs", "loadPyodide"))
        lock = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))["info"]
        options = {
            "indexURL": "/",
            "env": SETTINGS,
            "lockFileContents": {"info": lock, "packages": {}},
        }
        self.v8.eval(
            "globalThis.state = '';"
            f"loadPyodide({{createPyodideModule, ...{json.dumps(options)}}})"
            ".then((it) => { globalThis.pyodide = it; state = 'ready'; },"
            " (problem) => { state = String(problem.stack ?? problem); })"
        )
        deadline = time.monotonic() + SECONDS
        while not (state := self.v8.eval("state")):
            if time.monotonic() > deadline:
                raise EngineError(f"Pyodide did not start in {SECONDS} s")
            time.sleep(0.05)
        if state != "ready":
            raise EngineError(str(state))

    def give(self, name: str, content: bytes) -> None:
        key = json.dumps(name)
        self.v8.eval(f"given.set({key}, new ArrayBuffer({len(content)}))")
        self.memory(f"given.get({key})")[:] = content

    def write(self, path: str, content: bytes) -> None:
        """Into the memory in which Pyodide has its files."""
        self.give("file", content)
        self.v8.eval(
            f"pyodide.FS.writeFile({json.dumps(path)}, new Uint8Array(given.get('file')))"
        )

    def read(self, path: str) -> bytes:
        return bytes(self.memory(f"pyodide.FS.readFile({json.dumps(path)}).slice().buffer"))

    def memory(self, expression: str) -> memoryview:
        """The bytes of an ArrayBuffer in V8, to be read or written."""
        found = self.v8.eval(expression)
        if not isinstance(found, memoryview):
            raise EngineError(f"{expression} is no ArrayBuffer")
        return found

    def run(self, code: str) -> None:
        self.v8.eval(f"void pyodide.runPython({json.dumps(code)})")


def main(sources: Path, target: Path) -> None:
    engine = Engine()
    try:
        engine.start()
        engine.write("/sources.zip", sources.read_bytes())
        engine.write("/lib/in_engine.py", (HERE / "in_engine.py").read_bytes())
        engine.run(
            "import sys; sys.path.append('/lib'); import in_engine; sys.path.remove('/lib')\n"
            "in_engine.prepare('/sources.zip'); in_engine.start(); in_engine.answer('/answer.zip')"
        )
        target.write_bytes(engine.read("/answer.zip"))
    finally:
        engine.v8.close()  # or its thread keeps this process from ending


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
