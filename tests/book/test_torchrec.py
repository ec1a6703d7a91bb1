"""What chapter 14 says of TorchRec, which the book does not install: run with torchrec itself."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from embedlib.launch import loopback
from tests.missing import skip_loudly
from web.book.editions import ROOT

CHAPTER = ROOT / "chapters" / "14_sharding.ipynb"
PINS = ROOT / "tests" / "book" / "torchrec.txt"
CURE = "TorchRec could not be installed: it comes from PyPI ({}). Needed: the internet."

pytestmark = pytest.mark.check

# After the page's own code, which makes `plan`: what it holds, as JSON in the last line.
PLAN = """
(table,) = plan.plan.values()
print(json.dumps({
    "by": table["words"].sharding_type,
    "rows": [shard.shard_sizes for shard in table["words"].sharding_spec.shards],
}))
"""

# The planner's own estimate for each way to cut: the slowest rank, in milliseconds. It leaves
# columns in one piece unless it is told how narrow a piece may be.
ESTIMATES = """
from torchrec.distributed.planner import ParameterConstraints
slowest = {}
for way in ["row_wise", "column_wise", "table_wise", "data_parallel"]:
    pieces = {"min_partition": 32} if way == "column_wise" else {}
    only = {"words": ParameterConstraints(sharding_types=[way], **pieces)}
    planner = EmbeddingShardingPlanner(topology=four, constraints=only)
    planner.plan(model, [EmbeddingCollectionSharder()])
    shards = [shard for option in planner._best_plan for shard in option.shards]
    slowest[way] = max(shard.perf.total for shard in shards)
print(json.dumps(slowest))
"""

LOOKUP = """
import json, sys
import torch
from torchrec import EmbeddingCollection, EmbeddingConfig, KeyedJaggedTensor
table, batches = json.load(sys.stdin)
words = EmbeddingConfig(
    name="words", num_embeddings=27, embedding_dim=6, feature_names=["word"]
)
model = EmbeddingCollection(tables=[words], device=torch.device("cpu"))
model.embeddings["words"].weight.data.copy_(torch.tensor(table))
ids = KeyedJaggedTensor(
    keys=["word"],
    values=torch.tensor([id for batch in batches for id in batch]),
    lengths=torch.tensor([len(batch) for batch in batches]),
)
print(json.dumps(model(ids)["word"].values().tolist()))
"""

# Two processes, a table cut by row: the ids that come to each, with the switch and without it.
ASKED = """
import json, sys, tempfile
import torch
import torch.distributed as dist
import torch.multiprocessing as processes
from torchrec import EmbeddingCollection, EmbeddingConfig, KeyedJaggedTensor
from torchrec.distributed.embedding import EmbeddingCollectionSharder
from torchrec.distributed.planner import EmbeddingShardingPlanner, ParameterConstraints, Topology
from torchrec.distributed.types import ShardingEnv
batches, once = json.load(sys.stdin)

def ask(rank, folder):
    store = dist.FileStore(folder + "/store", 2)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=2)
    words = EmbeddingConfig(
        name="words", num_embeddings=28, embedding_dim=8, feature_names=["word"]
    )
    model = EmbeddingCollection(tables=[words], device=torch.device("meta"))
    by_row = {"words": ParameterConstraints(sharding_types=["row_wise"])}
    two = Topology(world_size=2, compute_device="cpu")
    sharder = EmbeddingCollectionSharder(**once)
    planner = EmbeddingShardingPlanner(topology=two, constraints=by_row)
    (plan,) = planner.plan(model, [sharder]).plan.values()
    env = ShardingEnv.from_process_group(dist.group.WORLD)
    cut = sharder.shard(model, plan, env, torch.device("cpu"))
    ids = KeyedJaggedTensor(
        keys=["word"],
        values=torch.tensor(batches[rank]),
        lengths=torch.ones(len(batches[rank]), dtype=torch.long),
    )
    try:
        (come,) = cut.input_dist(cut.create_context(), ids).wait().wait()
        said = come.values().tolist()
    except NotImplementedError as error:
        said = str(error)
    json.dump(said, open(f"{folder}/{rank}", "w"))

with tempfile.TemporaryDirectory() as folder:
    processes.start_processes(ask, (folder,), nprocs=2, start_method="fork")
    print(json.dumps([json.load(open(f"{folder}/{rank}")) for rank in (0, 1)]))
"""


@pytest.fixture(scope="module")
def torchrec(tmp_path_factory):
    """Runs a program that finds torchrec, and returns what its last line says."""
    folder = tmp_path_factory.mktemp("torchrec")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
    answer = subprocess.run([*pip, "-r", str(PINS)], capture_output=True, text=True, timeout=900)
    if answer.returncode:
        skip_loudly(CURE.format(answer.stderr.strip().splitlines()[-1]))

    def run(program, given=""):
        here = {"PYTHONPATH": str(folder), "GLOO_SOCKET_IFNAME": loopback()}
        env = {**os.environ, **here}
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=given, env=env, cwd=folder, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="module")
def cells():
    return json.loads(CHAPTER.read_text("utf-8"))["cells"]


def fenced(cells, kind, holds):
    """A block that stands in the text; both languages have the same."""
    words = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    blocks = re.findall(rf"```{kind}\n(.*?)```", words, re.DOTALL)
    english, chinese = [b for b in blocks if holds in b]
    assert english == chinese
    return english


@pytest.fixture(scope="module")
def block(cells):
    """The code that declares the table."""
    return "import json\n" + fenced(cells, "python", "torchrec")


def test_the_planner_says_what_the_page_shows(torchrec, block, cells):
    plan, slowest = torchrec(block + PLAN), torchrec(block + ESTIMATES)
    first, *others = plan["rows"]
    assert others == [first] * 3
    said = [f"words: {plan['by']}, 4 x {first}", ""]
    said += [f"{way:16} {time:8.4f} ms" for way, time in slowest.items()]
    assert fenced(cells, "text", "row_wise").splitlines() == said


def test_the_page_names_the_version_that_is_run(torchrec, cells):
    version = torchrec("import json, torchrec\nprint(json.dumps(torchrec.__version__))")
    named = [c for c in cells if f"TorchRec {version} " in "".join(c["source"])]
    assert len(named) == 2  # in both languages


def test_its_milliseconds_are_for_another_batch_and_network(torchrec, block):
    ids, local, speed = torchrec(
        block
        + "print(json.dumps([planner._batch_size, four.local_world_size, four.intra_host_bw]))"
    )
    assert (ids, local) == (512, 4)
    assert 50 < speed * 1000 / 12.5e9 < 53  # bytes a millisecond; the page's network: 12.5 GB/s


def test_its_estimates_stand_in_the_order_of_the_pages_formulas(torchrec, block):
    """By row each rank does a quarter; by table one does all; copies send the whole gradient."""
    slowest = torchrec(block + ESTIMATES)
    assert 3 < slowest["table_wise"] / slowest["row_wise"] <= 4
    assert slowest["row_wise"] < slowest["column_wise"] < slowest["table_wise"] / 2
    assert slowest["data_parallel"] > 1000 * slowest["table_wise"]


def test_by_column_it_takes_the_reading_to_be_slower_and_not_the_sending(torchrec, block):
    reading, sending = (
        torchrec(block + ESTIMATES.replace("shard.perf.total for shard in shards", what))
        for what in (
            "shard.perf.fwd_compute + shard.perf.bwd_compute for shard in shards",
            "shard.perf.fwd_comms + shard.perf.bwd_comms for shard in shards",
        )
    )
    assert reading["column_wise"] > reading["row_wise"]
    assert sending["column_wise"] <= sending["row_wise"]


def test_where_one_rank_cannot_hold_the_table_copies_have_no_plan(torchrec, block):
    small = block.replace("80 * 1024**3", "3 * 1024**3")
    assert small != block
    assert torchrec(small + PLAN)["by"] == "row_wise"
    with pytest.raises(AssertionError, match="insufficient storage"):
        torchrec(small + ESTIMATES)


def test_a_lookup_gives_the_rows_of_the_pages_table(torchrec, cells):
    names = {}
    for cell in cells:
        tags = cell["metadata"].get("tags", [])
        if "live" in tags and "raises-exception" not in tags:
            with np.printoptions():  # which the notebook sets for itself
                exec("".join(cell["source"]), names)
        if "ended, sent = " in "".join(cell["source"]):
            break
    given = [names["table"].tolist(), [ids.tolist() for ids in names["batches"]]]
    rows = torchrec(LOOKUP, json.dumps(given))
    ours = np.concatenate([rows for rows, _ in names["ended"]])
    np.testing.assert_array_equal(np.array(rows, np.float32), ours)


def test_by_row_a_repeated_id_is_sent_as_often_as_it_stands_in_the_batch(torchrec):
    wheel, queen = [23, 8, 5, 5, 12], [17, 21, 5, 5, 14]
    first, second = torchrec(ASKED, json.dumps([[wheel, queen], {}]))
    assert first == [8, 5, 5, 12, 5, 5]  # rows 0 to 13
    assert len(second) == 4


def test_the_switch_for_asking_once_has_no_version_for_cpus(torchrec):
    wheel, queen = [23, 8, 5, 5, 12], [17, 21, 5, 5, 14]
    for said in torchrec(ASKED, json.dumps([[wheel, queen], {"use_index_dedup": True}])):
        assert "from the 'CPU' backend" in said
