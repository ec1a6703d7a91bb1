"""emb-letters has the data, the random numbers and the ways of embedlib's letters."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

import embedlib
from embedlib import letters
from tests.explore.letters import (
    HOW,
    SEEDS,
    as_state,
    carries,
    honest_backward,
    model_of,
    optimizer_of,
    run,
)
from tests.node import node
from tests.pages import slow
from web.explore import letters as stored

HERE = Path(__file__).parent
WAY = 1e-4  # how far float64 in a page may stray from embedlib's float32


def asked(*questions):
    """What the modules answer in Node."""
    said = subprocess.run(
        [node(), str(HERE / "path.mjs")],
        input="\n".join(json.dumps(question) for question in questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not said.stderr, said.stderr
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_the_stored_data_are_those_of_embedlib():
    for name, text in stored.modules():
        assert (stored.HERE / name).read_text("utf-8") == text, name


def test_a_page_begins_with_the_numbers_of_each_seed():
    assert SEEDS == stored.SEEDS
    for seed, start in zip(SEEDS, asked(*(["start", seed] for seed in SEEDS)), strict=True):
        parameters = model_of(seed, np.float32).parameters()
        np.testing.assert_array_equal(start, np.concatenate([p.data.ravel() for p in parameters]))


def test_the_random_words_are_torchs():
    (words,) = asked(["words", 2, 3000])
    generator = torch.Generator().manual_seed(2)
    theirs = torch.randint(0, 15393, (3000,), generator=generator).tolist()
    assert [word % 15393 for word in words] == theirs


@pytest.mark.parametrize("scores", [[0.0, 0.0], [-1.5, 3, 0.25], [1000, 999, -1000]])
def test_softmax_is_torchs(scores):
    ((chances, log),) = asked(["softmax", scores])
    theirs = torch.tensor(scores, dtype=torch.float64)
    np.testing.assert_allclose(chances, theirs.softmax(0), rtol=1e-14)
    np.testing.assert_allclose(log, theirs.logsumexp(0), rtol=1e-14)


@pytest.mark.parametrize("how", HOW)
def test_an_optimizer_takes_torchs_steps(how):
    name, lr = how.split("-")
    start, *grads = np.random.default_rng(3).standard_normal((6, 4)).tolist()
    weight = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[name]([weight], lr=float(lr))
    for grad in grads:
        weight.grad = torch.tensor(grad, dtype=torch.float64)
        optimizer.step()
    (ours,) = asked(["change", how, start, grads])
    np.testing.assert_allclose(ours, weight.detach(), rtol=1e-12)


def test_of_the_lost_duplicates_the_last_stays_as_when_all_places_are_computed():
    for batches, steps in ((True, 30), (False, 10)):
        model = model_of(1, np.float64)
        optimizer, draw = optimizer_of("sgd-1", model), embedlib.Generator(2)
        ids, following = letters.pairs()
        for _ in range(steps):
            batch = draw.randint(0, len(ids), (256,)) if batches else slice(None)
            optimizer.zero_grad()
            honest_backward(model, ids[batch], following[batch], lose=True)
            optimizer.step()
        _, table, _ = run(1, "sgd-1", batches, True)[steps // 10]
        np.testing.assert_allclose(model.table.weight.data, table, rtol=0, atol=1e-12)


def test_the_run_of_the_page_is_that_of_the_library():
    embedlib.manual_seed(666)
    model = letters.NextLetter()
    letters.train(model, embedlib.optim.Adam(model.parameters(), lr=0.05), steps=400)
    *_, (_, table, _) = run(666, "adam-0.05", False, False, dtype=np.float32)
    np.testing.assert_array_equal(model.table.weight.data, table)


def ways(runs):
    """How far each run of a page strays from embedlib's in float32."""
    states = [as_state(*one, step=0, letter=-1) for one in runs]
    for one, ours in zip(runs, asked(*(["path", state] for state in states)), strict=True):
        theirs = np.array([table for _, table, _ in run(*one, dtype=np.float32)])
        way = np.array(ours).swapaxes(0, 1)  # letters, steps, 2
        assert way.shape == theirs.shape
        yield one, np.abs(way - theirs).max()


PATHS = {
    "every seed at every rate": [(s, how, False, False, ()) for s in SEEDS for how in HOW],
    "a letter carried off": [
        (s, "adam-0.05", False, False, moves) for s in SEEDS for moves in carries(s)
    ],
    "batches, nothing lost": [(s, "sgd-1", True, False, ()) for s in SEEDS],
    "batches, duplicates lost": [(s, "sgd-1", True, True, ()) for s in SEEDS],
}


@slow
@pytest.mark.parametrize("runs", PATHS.values(), ids=PATHS)
def test_at_every_tenth_step_the_letters_stand_where_embedlib_has_them(runs, record_property):
    found = list(ways(runs))
    record_property("runs", len(found))
    print(f"{len(found)} runs, {max(way for _, way in found):.1e} at most")
    assert not [(one, way) for one, way in found if not way < WAY]
