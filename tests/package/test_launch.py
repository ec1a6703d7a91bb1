"""The launcher: results in order, one clear error for whatever goes wrong, no process left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist

from embedlib.launch import RankFailed, launch
from web.book.editions import ROOT

FACTOR = 10
PYTHON = [sys.executable, "-c"]
SCRIPT = """
from embedlib.launch import launch
from tests.package.test_launch import sleeps
launch(sleeps, 3)
"""


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """Tests that run in the background of a shell ignore them, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def pids(tmp_path, monkeypatch):
    """A folder in which each rank says its process; afterwards none of them is there."""
    monkeypatch.setenv("PIDS", str(tmp_path))
    yield tmp_path
    assert len(list(tmp_path.iterdir())) > 0, "no rank has started"
    left = [path.name for path in tmp_path.iterdir() if is_running(int(path.read_text()), 4)]
    for path in tmp_path.iterdir():
        if path.name in left:
            os.kill(int(path.read_text()), signal.SIGKILL)
    assert left == []


def is_running(pid, seconds=0.0):
    """Still after so many seconds? (One that has ended and waits for its parent is not.)"""
    end = time.monotonic() + seconds
    while True:
        ps = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
        if not ps.stdout.strip() or ps.stdout.startswith("Z"):
            return False
        if time.monotonic() > end:
            return True
        time.sleep(0.1)


def started(folder, ranks, seconds=60):
    """The process of each rank, as soon as all have begun."""
    end = time.monotonic() + seconds
    while len(list(folder.glob("[0-9]"))) < ranks:
        assert time.monotonic() < end, "the ranks do not start"
        time.sleep(0.05)
    return [int((folder / str(rank)).read_text()) for rank in range(ranks)]


# --- programs of the ranks -----------------------------------------------------------------------


def begin(rank):
    half = Path(os.environ["PIDS"], f"{rank}.half")
    half.write_text(str(os.getpid()))
    half.replace(half.with_suffix(""))


def join(rank, ranks, store):
    begin(rank)
    torch.set_num_threads(1)
    files = dist.FileStore(store, ranks)
    dist.init_process_group("gloo", store=files, rank=rank, world_size=ranks)


def product(rank, ranks, store):
    begin(rank)
    return np.arange(3) * rank * FACTOR, [FACTOR for _ in range(ranks)]


def raises(rank, ranks, store):
    begin(rank)
    if rank == 1:
        raise ValueError("no row for you")
    time.sleep(60)


def leaves(rank, ranks, store):
    begin(rank)
    if rank == 1:
        os.write(2, b"out of memory\n")
        os._exit(3)
    time.sleep(60)


def sleeps(rank, ranks, store):
    begin(rank)
    time.sleep(60)


def added(rank, ranks, store):
    join(rank, ranks, store)
    ones = torch.ones(4)
    dist.all_reduce(ones)
    return ones.tolist()


def waits_for_the_last(rank, ranks, store):
    join(rank, ranks, store)
    if rank == ranks - 1:
        time.sleep(60)
    dist.all_reduce(torch.ones(4))


def raises_among_others(rank, ranks, store):
    join(rank, ranks, store)
    if rank == 1:
        raise ValueError("no row for you")
    dist.all_reduce(torch.ones(4))


def dies_in_start_up(rank, ranks, store):
    begin(rank)
    if rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    join(rank, ranks, store)


# --- without torch, so in a moment ---------------------------------------------------------------


def test_it_brings_what_each_rank_returned_in_their_order(pids):
    results = launch(product, 3)
    for rank, (numbers, factors) in enumerate(results):
        np.testing.assert_array_equal(numbers, np.arange(3) * rank * 10)
        assert factors == [10, 10, 10]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (raises, "rank 1: ValueError: no row for you"),
        (leaves, "rank 1: ended with exit code 3: out of memory"),
    ],
)
def test_a_rank_that_fails_is_named_with_its_cause(pids, program, message):
    begin = time.monotonic()
    with pytest.raises(RankFailed) as caught:
        launch(program, 3)
    assert str(caught.value) == message
    assert time.monotonic() - begin < 30


def test_a_rank_killed_by_hand_is_named(pids):
    run = subprocess.Popen(
        [*PYTHON, SCRIPT], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=with_root()
    )
    os.kill(started(pids, 3)[2], signal.SIGKILL)
    _, said = run.communicate(timeout=20)
    assert said.strip().endswith("embedlib.launch.RankFailed: rank 2: killed by SIGKILL")


def test_at_the_time_out_it_says_where_each_rank_is(pids):
    with pytest.raises(TimeoutError) as caught:
        launch(sleeps, 2, timeout=5)
    assert str(caught.value) == "no end after 5 s. rank 0: in sleeps; rank 1: in sleeps"


def test_a_rank_that_was_stopped_gives_no_answer(pids):
    script = SCRIPT.replace("3)", "3, timeout=6)")
    run = subprocess.Popen(
        [*PYTHON, script], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=with_root()
    )
    os.kill(started(pids, 3)[1], signal.SIGSTOP)
    _, said = run.communicate(timeout=30)
    assert said.strip().endswith("rank 1: gives no answer; rank 2: in sleeps"), said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_when_the_notebook_is_interrupted_or_killed_no_rank_is_left(pids, how):
    run = subprocess.Popen(
        [*PYTHON, SCRIPT], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=with_root()
    )
    started(pids, 3)
    run.send_signal(how)
    _, said = run.communicate(timeout=20)
    if how == signal.SIGINT:
        assert said.strip().endswith("KeyboardInterrupt")


def test_what_cannot_be_sent_is_refused_before_anything_starts():
    hidden = 3
    with pytest.raises(TypeError, match="no function that stands by itself"):
        launch(lambda rank, ranks, store: hidden, 2)
    with pytest.raises(ValueError, match="ranks must be at least 1, not 0"):
        launch(product, 0)


def with_root():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


# --- with gloo -----------------------------------------------------------------------------------


@pytest.mark.check
def test_of_ranks_that_talk_the_first_that_fell_is_named(pids):
    with pytest.raises(RankFailed) as caught:
        launch(raises_among_others, 3)
    assert str(caught.value) == "rank 1: ValueError: no row for you"


@pytest.mark.check
def test_a_rank_killed_in_start_up_is_named_and_not_those_that_wait_for_it(pids):
    with pytest.raises(RankFailed) as caught:
        launch(dies_in_start_up, 3)
    assert str(caught.value) == "rank 1: killed by SIGKILL"


@pytest.mark.check
@pytest.mark.parametrize("way", ["killed", "interrupted"])
def test_what_a_killed_run_left_does_not_hinder_the_next(pids, tmp_path_factory, way, monkeypatch):
    """Among it its store, which would make ranks wait for processes that are no more."""
    shared = tmp_path_factory.mktemp("shared")
    monkeypatch.setenv("TMPDIR", str(shared))
    script = SCRIPT.replace("sleeps", "waits_for_the_last")
    run = subprocess.Popen([*PYTHON, script], cwd=ROOT, stderr=subprocess.DEVNULL, env=with_root())
    first = started(pids, 3)
    while not list(shared.glob("*/store")):
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL if way == "killed" else signal.SIGINT)
    run.communicate(timeout=20)
    assert not any(is_running(pid, 4) for pid in first)
    assert bool(list(shared.glob("*/store"))) == (way == "killed")
    assert launch(added, 3) == [[3.0] * 4] * 3


@pytest.mark.check
def test_an_interrupted_kernel_says_so_and_goes_on(pids):
    """As a reader does it: the stop button while the cell works."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT), env=with_root())
    try:
        asked = client.execute(SCRIPT)
        ranks = started(pids, 3)
        manager.interrupt_kernel()
        reply = answer(client, asked)
        assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
        assert not any(is_running(pid, 4) for pid in ranks)
        assert answer(client, client.execute("1 + 1"))["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def answer(client, asked):
    while True:
        reply = client.get_shell_msg(timeout=20)
        if reply["parent_header"]["msg_id"] == asked:
            return reply["content"]
