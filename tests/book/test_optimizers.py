"""The table of six optimizers in chapter 8 says what torch does."""

import inspect
import re
import textwrap

import pytest
import torch

import embedlib
from tests.pages import both_editions
from web.book.notebooks import CHAPTERS, language, read

OPTIM = torch.optim
# As the first column names them: how torch makes it, and whether the gradient is sparse.
SIX = {
    "SGD": (OPTIM.SGD, {}, False),
    "SGD momentum": (OPTIM.SGD, {"momentum": 0.9}, False),
    "Adagrad": (OPTIM.Adagrad, {}, False),
    "Adam": (OPTIM.Adam, {}, False),
    "AdamW": (OPTIM.AdamW, {}, False),
    "SparseAdam": (OPTIM.SparseAdam, {}, True),
}
MOVES = {"yes": True, "no": False, "动": True, "不动": False}


def in_torch(name):
    """Tables in memory, and whether a row moves in a step without a gradient of its own."""
    kind, options, sparse = SIX[name]
    layer = torch.nn.Embedding(8, 4, sparse=sparse)
    optimizer = kind(layer.parameters(), lr=0.1, **options)
    for ids in ([1, 2], [2]):  # row 1 comes once
        before = layer.weight[1].detach().clone()
        optimizer.zero_grad()
        layer(torch.tensor(ids)).sum().backward()
        optimizer.step()
    state = optimizer.state[layer.weight].values()
    kept = sum(torch.is_tensor(s) and s.shape == layer.weight.shape for s in state)
    tables = 1 + (0 if sparse else 1) + kept  # the weight, a dense gradient, the state
    return tables, not torch.equal(layer.weight[1], before)


def on_the_page(edition, words=None):
    """The rows of the table: name -> tables and whether it moves."""
    cells = read(CHAPTERS / "08_optimizers.ipynb")["cells"]
    said = words or "\n".join(c["source"] for c in cells if language(c) == edition)
    rows = {}
    for line in said.splitlines():
        columns = [column.strip() for column in line.strip("| ").split("|")]
        if len(columns) == 4 and columns[-1] in MOVES:
            name = " ".join(re.findall(r"[A-Z]\w+|momentum", columns[0]))
            rows[name] = int(re.match(r"\d+", columns[2])[0]), MOVES[columns[-1]]
    return rows


@both_editions
def test_the_table_of_optimizers_is_what_torch_does(code):
    assert on_the_page(code) == {name: in_torch(name) for name in SIX}


@pytest.mark.parametrize(("old", "new"), [("| 3 | no |", "| 3 | yes |"), ("| 3 |", "| 2 |")])
def test_a_table_that_differs_from_torch_is_caught(old, new):
    right = "| Adagrad | squares | 3 | no |"
    assert on_the_page("en", right)["Adagrad"] == in_torch("Adagrad")
    assert on_the_page("en", right.replace(old, new))["Adagrad"] != in_torch("Adagrad")


def plain_rules(words):
    """The lines that a page quotes under the name of a rule: name -> lines."""
    quoted = r"<summary><code>optim\.(\w+_plain)</code>.*</summary>\n\n```python\n([\s\S]*?)\n```"
    return dict(re.findall(quoted, words))


def lines_of(rule):
    """A function's lines behind its docstring."""
    source = inspect.getsource(rule)
    return textwrap.dedent(source[source.rindex('"""') + 4 :]).rstrip()


@both_editions
@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("08_optimizers", ["sgd_plain", "adam_plain", "adagrad_plain"]),
        ("08b_lazy_updates", ["sparse_adam_plain"]),
    ],
)
def test_the_rules_that_a_page_quotes_are_the_lines_of_the_package(name, rules, code):
    cells = read(CHAPTERS / f"{name}.ipynb")["cells"]
    quoted = plain_rules("\n".join(c["source"] for c in cells if language(c) == code))
    assert quoted == {rule: lines_of(getattr(embedlib.optim, rule)) for rule in rules}
