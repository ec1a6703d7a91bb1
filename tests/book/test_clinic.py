"""Readers arrive in the error clinic by a search and paste one program: each must run alone."""

import json
import os
import subprocess
import sys

from web.book.editions import ROOT
from web.book.notebooks import language, read, tags

CLINIC = ROOT / "chapters" / "a_error_clinic.ipynb"
# Programs come in as JSON and each runs in a namespace of its own, in a process of its own.
# These are forks of one that has imported torch, or the imports alone would take minutes.
INTERPRETER = """
import contextlib, io, json, os, sys
import torch, torch._dynamo

def run(program):
    said, error = io.StringIO(), None
    with contextlib.redirect_stdout(said):
        try:
            exec(compile(program, "program", "exec"), {"__name__": "__main__"})
        except BaseException as fault:
            error = [type(fault).__name__, str(fault)]
    return {"said": said.getvalue(), "error": error}

results = []
for program in json.load(sys.stdin):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, json.dumps(run(program)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        results.append(json.loads(pipe.read() or '{"said": "", "error": ["no", "answer"]}'))
    os.waitpid(child, 0)
json.dump(results, sys.stdout)
"""


def programs(cells):
    """All code cells but the one that only Colab needs."""
    return [c for c in cells if c["cell_type"] == "code" and "remove-cell" not in tags(c)]


def run_alone(sources):
    command = [sys.executable, "-c", INTERPRETER]
    given = json.dumps(sources)
    one = os.environ | {"OMP_NUM_THREADS": "1"}  # more threads than cores would wait
    done = subprocess.run(
        command, input=given, text=True, stdout=subprocess.PIPE, env=one, check=True
    )
    return json.loads(done.stdout)


def stored(cell):
    """What the page shows below the program."""
    errors = [o for o in cell["outputs"] if o["output_type"] == "error"]
    return {
        "said": "".join("".join(o["text"]) for o in cell["outputs"] if "text" in o),
        "error": [errors[0]["ename"], errors[0]["evalue"]] if errors else None,
    }


def faults(cells, results):
    """The programs that gave something else alone than on the page."""
    for cell, alone in zip(cells, results, strict=True):
        shown = stored(cell)
        if "nbval-ignore-output" in tags(cell):
            alone["said"] = shown["said"]
        if alone != shown:
            yield f"{cell['id']}: {alone}, on the page {shown}\n{cell['source']}"


def test_every_program_of_the_clinic_gives_when_pasted_alone_what_the_page_shows():
    cells = programs(read(CLINIC)["cells"])
    assert len(cells) > 80
    missed = list(faults(cells, run_alone([cell["source"] for cell in cells])))
    assert not missed, "\n\n".join(missed)


def test_a_program_that_needs_a_name_from_elsewhere_is_found():
    names = ["layer", "torch", "ids"]
    before = [f"{name} = 1\n" for name in names]
    cells = [{"id": "planted", "source": n, "outputs": [], "metadata": {}} for n in names]
    results = run_alone([*before, *names])[len(before) :]
    for name, fault in zip(names, faults(cells, results), strict=True):
        assert f"name '{name}' is not defined" in fault.replace("\\", "")


def test_every_symptom_leads_somewhere():
    """A symptom that leads nowhere is a dead end."""
    for cell in read(CLINIC)["cells"]:
        if language(cell) and "(symptoms-" in cell["source"]:
            symptoms = [line for line in cell["source"].splitlines() if line.startswith("- ")]
            assert len(symptoms) > 4
            assert not [line for line in symptoms if "](" not in line]
