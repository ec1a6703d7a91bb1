"""The table of differences is complete and true: both sides are walked, under the pinned torch."""

import csv
import inspect
import re
from functools import lru_cache

import numpy as np
import pytest
import torch

import embedlib
from embedlib import functional, optim
from tests.pages import both_editions
from web.book import differences
from web.book.differences import FILE, TABLE, covers, rows
from web.book.editions import EDITIONS
from web.book.reference import GROUPS, all_entries, describe, markdown
from web.book.rules import check_terms, check_typography
from web.book.terms import TableError
from web.book.words import WORDS

pinned = pytest.mark.skipif(
    not torch.__version__.startswith("2.13."),
    reason=f"the table was made for torch 2.13; this is {torch.__version__}",
)

ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
THEIR_WEIGHT, OUR_WEIGHT = torch.nn.Parameter(torch.ones(1)), embedlib.Parameter(np.ones(1))

# Name -> torch's class, ours, and how to make one of each, for the attributes of an object.
CLASSES = {
    "Module": (torch.nn.Module, embedlib.Module, ()),
    "Embedding": (torch.nn.Embedding, embedlib.Embedding, (3, 2)),
    "EmbeddingBag": (torch.nn.EmbeddingBag, embedlib.EmbeddingBag, (3, 2)),
    "Linear": (torch.nn.Linear, embedlib.Linear, (3, 2)),
    "Parameter": (torch.nn.Parameter, embedlib.Parameter, None),
    "Optimizer": (torch.optim.Optimizer, optim.Optimizer, None),
    **{
        name: (getattr(torch.optim, name), getattr(optim, name), None)
        for name in ("SGD", "Adam", "AdamW", "Adagrad", "SparseAdam")
    },
    "Generator": (torch.Generator, embedlib.Generator, None),
    "SparseGrad": (torch.Tensor, embedlib.SparseGrad, None),
}
OURS = {
    "Parameter": lambda: OUR_WEIGHT,
    "Generator": lambda: embedlib.Generator(0),
    "SparseGrad": lambda: embedlib.SparseGrad(np.array([0]), np.ones((1, 1)), (1, 1)),
    "Optimizer": lambda: optim.Optimizer([OUR_WEIGHT], {}),
}
THEIRS = {
    "Parameter": lambda: THEIR_WEIGHT,
    "Generator": torch.Generator,
    "SparseGrad": lambda: torch.sparse_coo_tensor([[0]], [[1.0]], (1, 1), check_invariants=True),
    "Optimizer": lambda: torch.optim.Optimizer([THEIR_WEIGHT], {}),
}
FUNCTIONS = {
    "one_hot": (torch.nn.functional.one_hot, functional.one_hot),
    "embedding": (torch.nn.functional.embedding, functional.embedding),
    "embedding_bag": (torch.nn.functional.embedding_bag, functional.embedding_bag),
    "embedding_renorm_": (torch.embedding_renorm_, functional.embedding_renorm_),
    "gradcheck": (torch.autograd.gradcheck, embedlib.gradcheck),
}
# What is written in C++ has no signature that Python could read; these stand in torch's schemas
# (`torch.ops.aten.one_hot.default._schema`) and documentation.
IN_C = {
    "one_hot": "input, num_classes=-1",
    "embedding_renorm_": "input, indices, max_norm, norm_type",
    "Generator": "device='cpu'",
    "Generator.manual_seed": "seed",
    "SparseGrad": "indices, values, size=None, *, dtype=None, device=None, pin_memory=False, "
    "requires_grad=False, check_invariants=None, is_coalesced=None",
    "SparseGrad.coalesce": "",
    "SparseGrad.to_dense": "dtype=None, *, masked_grad=None",
}
NOT_COMPARED = {  # every class has them, or they are the constructor, whose arguments are compared
    *vars(type("Nothing", (), {})),
    *("__init__", "__new__", "__annotations__", "__constants__", "__slots__"),
}


def made(name, which):
    ready = (THEIRS, OURS)[which].get(name)
    if ready:
        return ready()
    cls, args = CLASSES[name][which], CLASSES[name][2]
    return cls(*args) if args is not None else cls([(THEIR_WEIGHT, OUR_WEIGHT)[which]])


def own_members(name, which):
    """What a class adds to its base, and what an object of it has: public names, and operators."""
    thing = made(name, which)
    classes = [CLASSES[name][which]]
    if name in ("Parameter", "SparseGrad"):  # of torch, all that a tensor has
        classes = [cls for cls in classes[0].__mro__ if cls is not object]
    names = {member for cls in classes for member in vars(cls)}
    names |= {*getattr(thing, "__dict__", {}), *getattr(thing, "_parameters", {})}
    return {n for n in names if not n.startswith("_") or (n[:2] == n[-2:] == "__")} - NOT_COMPARED


def has(name, which, member):
    """An object has it, and not from ``object``, which has an operator or two for everybody."""
    if member.startswith("__"):
        return any(member in vars(cls) for cls in CLASSES[name][which].__mro__[:-1])
    return hasattr(made(name, which), member)


def arguments(thing, name, which):
    """(default, may it be given without its name, place) of each argument."""
    if which == 0 and name in IN_C:
        signature = inspect.signature(eval(f"lambda {IN_C[name]}: None"))
    elif which == 0 and name == "Parameter":
        signature = inspect.signature(thing.__new__)
    elif inspect.isclass(thing):
        signature = inspect.signature(thing.__init__)
    else:
        signature = inspect.signature(thing)
    found, place = {}, 0
    for argument in signature.parameters.values():
        if argument.name in ("self", "cls"):
            continue
        stars = {argument.VAR_POSITIONAL: "*", argument.VAR_KEYWORD: "**"}.get(argument.kind, "")
        by_place = argument.kind in (argument.POSITIONAL_ONLY, argument.POSITIONAL_OR_KEYWORD)
        place += by_place
        found[stars + argument.name] = (argument.default, place if by_place else None)
    return found


def argument_differences(theirs, ours, name):
    theirs, ours = arguments(theirs, name, 0), arguments(ours, name, 1)
    for argument in {**theirs, **ours}:
        if argument not in ours:
            yield f"{name}({argument})", "absent"
        elif argument not in theirs:
            yield f"{name}({argument})", "ours only"
        elif theirs[argument] != ours[argument]:
            yield f"{name}({argument})", "other"


def class_differences(name):
    theirs, ours = CLASSES[name][:2]
    yield from argument_differences(theirs, ours, name)
    members = own_members(name, 0)
    for member in sorted(members | own_members(name, 1)):
        path = f"{name}.{member}"
        if not has(name, 1, member):
            yield path, "absent"
        elif not has(name, 0, member):
            yield path, "ours only"
        elif callable(getattr(made(name, 0), member)) != callable(getattr(made(name, 1), member)):
            yield path, "other"
        elif inspect.isroutine(getattr(ours, member, None)) and (
            not member.startswith("__") or member == "__call__"
        ):
            yield from argument_differences(getattr(theirs, member), getattr(ours, member), path)


@lru_cache(1)
def walked():
    """Name -> how, for all; what a base differs in is not said again of the classes above it."""
    found = {}
    for name in CLASSES:
        bases = {
            base
            for base, (cls, *_) in CLASSES.items()
            if base != name and base in ("Module", "Optimizer", "Adam")
            if issubclass(CLASSES[name][0], cls)
        }
        for path, how in class_differences(name):
            member = path.removeprefix(name)
            if not any(found.get(base + member) == how for base in bases if member[0] == "."):
                found[path] = how
    for name, (theirs, ours) in FUNCTIONS.items():
        found |= dict(argument_differences(theirs, ours, name))
    return found


# --- behaviour, which no walk finds: each is shown by a run --------------------------------------


def outcome(run):
    """What it gives; of an error, the type."""
    try:
        return run()
    except Exception as error:
        return type(error)


def ids(*values):
    return np.array(values)


def t(*values):
    return torch.tensor(values)


def their_nesting():
    class Net(torch.nn.Module):
        def __init__(self):
            self.out = torch.nn.Linear(1, 1)

    return len(list(Net().parameters()))


def our_nesting():
    class Net(embedlib.Module):
        def __init__(self):
            self.out = embedlib.Linear(1, 1)

    return len(Net().parameters())


def their_loading():
    layer = torch.nn.Linear(1, 1)
    error = outcome(lambda: layer.load_state_dict({"weight": torch.full((1, 1), 7.0)}))
    return error, layer.weight.item() == 7


def our_loading():
    layer = embedlib.Linear(1, 1)
    error = outcome(lambda: layer.load_state_dict({"weight": np.full((1, 1), 7.0)}))
    return error, layer.weight.data.item() == 7


def their_two_passes():
    layer = torch.nn.Embedding(3, 1)
    first, _ = layer(t(1)), layer(t(2))
    first.sum().backward()
    return layer.weight.grad.ravel().tolist()


def our_two_passes():
    layer = embedlib.Embedding(3, 1)
    layer(ids(1)), layer(ids(2))
    return layer.backward(np.ones((1, 1)))


def their_bool(layer):
    """How many numbers of the table are not zero; what a lookup gives."""
    return layer.weight.count_nonzero().item(), outcome(lambda: layer(torch.tensor([[1]])))


def their_frozen():
    return torch.nn.Embedding.from_pretrained(torch.eye(2))(t(1)).sum().backward()


def our_frozen():
    layer = embedlib.Embedding.from_pretrained(np.eye(2))
    return layer.backward(layer(ids(1)))


def their_bad_id():
    layer = torch.nn.Embedding.from_pretrained(torch.ones(2, 1), max_norm=0.5)
    return outcome(lambda: layer(t(0, 9))), layer.weight[0].item() < 1


def our_bad_id():
    layer = embedlib.Embedding.from_pretrained(np.ones((2, 1)), max_norm=0.5)
    return outcome(lambda: layer(ids(0, 9))), bool(layer.weight.data[0, 0] < 1)


def their_second_backward():
    layer = torch.nn.Embedding(3, 1, sparse=True)
    for _ in range(2):
        layer(t(0, 2)).sum().backward()
    return layer.weight.grad._indices().ravel().tolist()


def our_second_backward():
    layer = embedlib.Embedding(3, 1, sparse=True)
    for _ in range(2):
        layer(ids(0, 2))
        layer.backward(np.ones((2, 1)))
    return layer.weight.grad.indices.tolist()


def their_bag(values, offsets, **options):
    layer = torch.nn.EmbeddingBag(4, 1, _weight=torch.ones(4, 1), **options)
    output = layer(torch.tensor(values), torch.tensor(offsets, dtype=torch.int64))
    output.sum().backward()
    return output.ravel().tolist(), layer.weight.grad.ravel().tolist()


def our_bag(values, offsets, **options):
    layer = embedlib.EmbeddingBag(4, 1, _weight=np.ones((4, 1)), **options)
    output = layer(np.array(values), np.array(offsets, np.int64))
    layer.backward(np.ones_like(output))
    return output.ravel().tolist(), layer.weight.grad.ravel().tolist()


def bags(*case, **options):
    return lambda: their_bag(*case, **options)[0], lambda: our_bag(*case, **options)[0]


def their_changed_weight():
    layer, x = torch.nn.Linear(1, 1, bias=False), torch.ones(1, 1, requires_grad=True)
    output = layer(x)
    with torch.no_grad():
        layer.weight.fill_(3)
    output.sum().backward()


def our_changed_weight():
    layer = embedlib.Linear(1, 1, bias=False)
    output = layer(np.ones((1, 1), np.float32))
    layer.weight.data[...] = 3
    return layer.backward(np.ones_like(output)).item()


def two(which):
    """Two parameters with gradients."""
    if which == "torch":
        params = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
        for param in params:
            param.grad = torch.ones(2)
        return params
    params = [embedlib.Parameter(np.ones(2, np.float32)) for _ in range(2)]
    for param in params:
        param.grad = np.ones(2, np.float32)
    return params


def one_step(cls, params, **options):
    optimizer = cls(params, lr=0.1, **options)
    optimizer.step()
    return optimizer


def their_refused_step():
    params = two("torch")
    optimizer = one_step(torch.optim.SGD, params, momentum=0.9)
    params[1].data = torch.ones(3)
    params[1].grad = torch.ones(3)
    before = params[0].tolist()
    return outcome(optimizer.step), params[0].tolist() == before


def our_refused_step():
    params = two("ours")
    optimizer = one_step(optim.SGD, params, momentum=0.9)
    params[1].data = np.ones(3, np.float32)
    params[1].grad = np.ones(3, np.float32)
    before = params[0].data.tolist()
    return outcome(optimizer.step), params[0].data.tolist() == before


def their_other_dtype(cls, **options):
    params = two("torch")
    optimizer = one_step(cls, params, **options)
    for param in params:
        param.grad = None
        param.data = param.data.double()
        param.grad = torch.ones(2, dtype=torch.float64)
    return outcome(optimizer.step)


def our_other_dtype(cls, **options):
    params = two("ours")
    optimizer = one_step(cls, params, **options)
    for param in params:
        param.data, param.grad = param.data.astype(float), np.ones(2)
    return outcome(optimizer.step)


def unknown_state(optimizer):
    saved = optimizer.state_dict()
    saved["state"][99] = {"step": 1}
    optimizer.load_state_dict(saved)
    return 99 in optimizer.state


def shares_what_it_loads(cls, params, same):
    optimizer = one_step(cls, params, momentum=0.9)
    saved = optimizer.state_dict()
    optimizer.load_state_dict(saved)
    return same(
        optimizer.state[params[0]]["momentum_buffer"], saved["state"][0]["momentum_buffer"]
    )


def counts_in_ints(cls, params):
    return type(one_step(cls, params).state[params[0]]["step"]) is int


def their_sparse_step():
    param = torch.nn.Parameter(torch.ones(1, 1))
    param.grad = THEIR_GRAD
    optimizer = one_step(torch.optim.SparseAdam, [param])
    return type(optimizer.state[param]["step"]) is int


def our_sparse_step():
    param = embedlib.Parameter(np.ones((1, 1)))
    param.grad = OUR_GRAD
    optimizer = one_step(optim.SparseAdam, [param])
    return type(optimizer.state[param]["step"]) is int


def three_betas(cls, params):
    """Where it is refused."""
    try:
        optimizer = cls(params, betas=(0.9, 0.99, 0.999))
    except ValueError:
        return "made"
    return "step" if outcome(optimizer.step) is ValueError else "nowhere"


VISITS = ([2, 0], [1, 2], [0, 1], [2, 1])


def their_buffer():
    layer = torch.nn.Embedding(3, 1, sparse=True)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    for visit in VISITS:
        optimizer.zero_grad()
        layer(t(*visit)).sum().backward()
        optimizer.step()
    return optimizer.state[layer.weight]["momentum_buffer"]._nnz() > 3


def our_buffer():
    layer = embedlib.Embedding(3, 1, sparse=True)
    optimizer = optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    for visit in VISITS:
        optimizer.zero_grad()
        layer(ids(*visit))
        layer.backward(np.ones((2, 1)))
        optimizer.step()
    return optimizer.state[layer.weight]["momentum_buffer"].nnz > 3


def later_group(optimizer, parameter):
    optimizer.add_param_group({"params": [parameter]})
    return len(optimizer.param_groups)


def decorated(decorator):
    return decorator(lambda: 1)()


THEIR_GRAD, OUR_GRAD = THEIRS["SparseGrad"](), OURS["SparseGrad"]()
THEIR_COMPLEX = torch.nn.Parameter(torch.ones(1, dtype=torch.complex64))
OUR_COMPLEX = embedlib.Parameter(np.ones(1, np.complex64))

# The row -> what torch does, what we do, and what comes out of either.
PROOFS = {
    "Module: parameters() is a list": (
        lambda: type(next(torch.nn.Linear(1, 1).parameters())).__name__,
        lambda: next(embedlib.Linear(1, 1).parameters()),
        ("Parameter", TypeError),
    ),
    "Module: `super().__init__()`": (their_nesting, our_nesting, (AttributeError, 2)),
    "Module: loading after an error": (
        *(their_loading, our_loading),
        ((RuntimeError, True), (RuntimeError, False)),
    ),
    "Embedding: two passes before a backward": (
        *(their_two_passes, our_two_passes),
        ([0.0, 1.0, 0.0], RuntimeError),
    ),
    "Embedding: padding_idx=True": (
        lambda: their_bool(torch.nn.Embedding(3, 1, padding_idx=True)),
        lambda: embedlib.Embedding(3, 1, padding_idx=True),
        ((3, TypeError), TypeError),
    ),
    "EmbeddingBag: padding_idx=True": (
        lambda: their_bool(torch.nn.EmbeddingBag(3, 1, padding_idx=True)),
        lambda: embedlib.EmbeddingBag(3, 1, padding_idx=True),
        ((3, TypeError), TypeError),
    ),
    "Embedding: backward of a frozen table": (their_frozen, our_frozen, (RuntimeError, None)),
    "Embedding: a bad id with max_norm": (
        *(their_bad_id, our_bad_id),
        ((IndexError, True), (IndexError, False)),
    ),
    "Embedding: a second backward of a sparse table": (
        *(their_second_backward, our_second_backward),
        ([0, 2], [0, 2, 0, 2]),
    ),
    "EmbeddingBag: scale_grad_by_freq": (
        lambda: their_bag([1, 1, 2, 3], [0], mode="sum", scale_grad_by_freq=True)[1],
        lambda: our_bag([1, 1, 2, 3], [0], mode="sum", scale_grad_by_freq=True)[1],
        ([0, 1, 0.5, 1], [0, 1, 1, 1]),
    ),
    "EmbeddingBag: a last offset below the length": (
        *bags([1, 2, 3], [0, 1, 2], mode="sum", include_last_offset=True),
        ([1.0, 1.0], RuntimeError),
    ),
    "EmbeddingBag: offsets that decrease": (
        *bags([1, 2, 3], [0, 2, 1], mode="max"),
        ([1.0, 1.0, 1.0], RuntimeError),
    ),
    "EmbeddingBag: ids without a bag": (*bags([1], [], mode="sum"), ([], RuntimeError)),
    "Linear: backward after the weight has changed": (
        *(their_changed_weight, our_changed_weight),
        (RuntimeError, 3.0),
    ),
    "no_grad: a decorator without parentheses": (
        lambda: decorated(torch.no_grad),
        lambda: decorated(embedlib.no_grad),
        (1, TypeError),
    ),
    "Optimizer: parameters with names": (
        lambda: len(torch.optim.SGD([("w", THEIR_WEIGHT)]).param_groups),
        lambda: optim.SGD([("w", OUR_WEIGHT)]),
        (1, TypeError),
    ),
    "Optimizer: the count of steps": (
        lambda: [counts_in_ints(torch.optim.Adam, two("torch")), their_sparse_step()],
        lambda: [counts_in_ints(optim.Adam, two("ours")), our_sparse_step()],
        ([False, True], [True, True]),
    ),
    "Optimizer: a state of no parameter": (
        lambda: unknown_state(torch.optim.SGD([THEIR_WEIGHT])),
        lambda: unknown_state(optim.SGD([OUR_WEIGHT])),
        (True, False),
    ),
    "Optimizer: loading copies": (
        lambda: shares_what_it_loads(torch.optim.SGD, two("torch"), lambda a, b: a is b),
        lambda: shares_what_it_loads(optim.SGD, two("ours"), np.shares_memory),
        (True, False),
    ),
    "Optimizer: a state of another dtype": (
        lambda: [
            their_other_dtype(torch.optim.SGD, momentum=0.9),
            their_other_dtype(torch.optim.Adagrad),
            their_other_dtype(torch.optim.Adam),
        ],
        lambda: [
            our_other_dtype(optim.SGD, momentum=0.9),
            our_other_dtype(optim.Adagrad),
            our_other_dtype(optim.Adam),
        ],
        ([None, None, RuntimeError], [RuntimeError] * 3),
    ),
    "Optimizer: a step that is refused": (
        *(their_refused_step, our_refused_step),
        ((RuntimeError, False), (RuntimeError, True)),
    ),
    "Adam: three betas": (
        lambda: three_betas(torch.optim.Adam, two("torch")),
        lambda: three_betas(optim.Adam, two("ours")),
        ("step", "made"),
    ),
    "SGD: the sparse momentum buffer": (their_buffer, our_buffer, (True, False)),
    "SparseAdam: a complex parameter in a later group": (
        lambda: later_group(torch.optim.SparseAdam([THEIR_WEIGHT]), THEIR_COMPLEX),
        lambda: later_group(optim.SparseAdam([OUR_WEIGHT]), OUR_COMPLEX),
        (2, ValueError),
    ),
    "SparseGrad: a product of two": (
        lambda: (THEIR_GRAD * THEIR_GRAD)._nnz(),
        lambda: OUR_GRAD * OUR_GRAD,
        (1, TypeError),
    ),
}


# --- the table against both ----------------------------------------------------------------------


def problems(table, found):
    """What the table leaves out, and what it says that is not so; each with a cure."""
    walkable = [row for row in table if row.kind != "behaviour"]
    for name, how in found.items():
        if not any(row.how == how and covers(p, name) for row in walkable for p in row.patterns):
            says = {"absent": "embedlib has it not", "ours only": "torch has it not"}
            yield f"no row says {name}: {says.get(how, 'it is another one')}. Cure: add it ({how})"
    for row in walkable:
        for pattern in row.patterns:
            if not any(how == row.how and covers(pattern, name) for name, how in found.items()):
                yield f"row {row.name!r}: {pattern} is not {row.how} (any more). Cure: take it out"
    told = {row.name for row in table if row.kind == "behaviour"}
    for name in sorted(told - set(PROOFS)):
        yield f"row {name!r} is proved by no run. Cure: add one to PROOFS, or take the row out"
    for name in sorted(set(PROOFS) - told):
        yield f"no row says {name!r}, which PROOFS shows. Cure: add one (behaviour)"


@pinned
def test_the_table_says_each_difference_and_no_other():
    assert len(walked()) > 1000
    assert not list(problems(rows(), walked())), FILE


@pinned
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROOFS)
def test_the_two_behave_as_the_row_says(name):
    theirs, ours, expected = PROOFS[name]
    assert (outcome(theirs), outcome(ours)) == expected, f"{FILE}, row {name!r}"
    assert expected[0] != expected[1]


# --- the checks see what they are for ------------------------------------------------------------


def said_by(name):
    """The rows that say a name that was walked."""
    table = [row for row in rows() if row.kind != "behaviour" and row.how == walked()[name]]
    return [row.name for row in table if any(covers(pattern, name) for pattern in row.patterns)]


@pinned
def test_no_row_says_only_what_others_say_too():
    needed = {names[0] for names in map(said_by, walked()) if len(names) == 1}
    assert needed == {row.name for row in rows() if row.kind != "behaviour"}


TAKEN_OUT = {
    "Module.load_state_dict(assign)": "Module.load_state_dict(assign): embedlib has it not",
    "Adagrad.share_memory": "Adagrad.share_memory: embedlib has it not",
    "SparseGrad.nnz": "SparseGrad.nnz: torch has it not",
    "embedding_renorm_(norm_type)": "embedding_renorm_(norm_type): it is another one",
    "Linear: backward after the weight has changed": "'Linear: backward after the weight has",
}


@pinned
@pytest.mark.parametrize("name", TAKEN_OUT)
def test_a_row_that_is_taken_out_is_missed(name):
    (problem,) = problems([row for row in rows() if row.name != name], walked())
    assert problem.startswith(f"no row says {TAKEN_OUT[name]}")
    assert "Cure: add" in problem


FALSE = {
    "torch has it not": ("Module.swim", "absent"),
    "both have it": ("Module.state_dict", "absent"),
    "both have the argument": ("SGD(nesterov)", "absent"),
    "ours only, and torch has it": ("Embedding.from_pretrained", "ours only"),
    "another default, and it is the same": ("SGD(lr)", "other"),
    "a pattern for nothing": ("Optimizer.*buffer", "absent"),
    "a behaviour without a run": ("Linear: sings", "other"),
}


@pinned
@pytest.mark.parametrize("fault", FALSE)
def test_a_false_row_is_refused_with_its_name_and_a_cure(fault):
    name, how = FALSE[fault]
    kind = "behaviour" if ":" in name else "group"
    row = differences.Row(name, kind, how, "no", "", "")
    (problem,) = problems([*rows(), row], walked())
    assert f"row {name!r}" in problem
    assert "Cure: " in problem


def with_argument(method, name):
    """The method with one argument more."""

    def changed(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    old = inspect.signature(method)
    new = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
    changed.__signature__ = old.replace(parameters=[*old.parameters.values(), new])
    return changed


GAINS = {
    "an argument that torch has": (
        *(optim.SGD, "__init__", with_argument(optim.SGD.__init__, "fused")),
        "SGD(fused) is not absent (any more). Cure: take it out",
    ),
    "an argument that torch has not": (
        *(embedlib.Linear, "__init__", with_argument(embedlib.Linear.__init__, "quick")),
        "no row says Linear(quick): torch has it not. Cure: add it (ours only)",
    ),
    "an argument of a method": (
        *(optim.Optimizer, "step", with_argument(optim.Optimizer.step, "closure")),
        "no row says Optimizer.step(closure): it is another one. Cure: add it (other)",
    ),
    "a method that torch has": (
        *(embedlib.Module, "train", lambda self, mode=True: self),
        "Module.train is not absent (any more). Cure: take it out",
    ),
    "a method that torch has not": (
        *(embedlib.Generator, "shuffle", lambda self: None),
        "no row says Generator.shuffle: torch has it not. Cure: add it (ours only)",
    ),
}


@pinned
@pytest.mark.parametrize("gain", GAINS)
def test_what_embedlib_gains_is_seen(gain, monkeypatch):
    cls, member, value, message = GAINS[gain]
    monkeypatch.setattr(cls, member, value, raising=False)
    found = list(problems(rows(), walked.__wrapped__()))
    assert any(message in problem for problem in found), found


@pinned
def test_a_difference_in_behaviour_that_is_gone_is_seen(monkeypatch):
    monkeypatch.setattr(embedlib.Module, "parameters", lambda self: iter([OUR_WEIGHT]))
    name = "Module: parameters() is a list"
    with pytest.raises(AssertionError, match=r"differences\.csv, row 'Module: parameters"):
        test_the_two_behave_as_the_row_says(name)


BROKEN = {
    "a name that says nothing": ({"name": "Module.parameters()"}, "write Class.member"),
    "a row twice": ({"name": ROWS[1]["name"]}, "write it once"),
    "an unknown kind": ({"kind": "thing"}, "kind is one of"),
    "a behaviour that is called a method": ({"kind": "method"}, "a behaviour, and nothing else"),
    "shown without Chinese": ({"chinese": ""}, "in both languages"),
    "shown without words": ({"english": "", "chinese": ""}, "in both languages"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_row_of_a_wrong_form_is_refused_with_its_name_and_a_cure(fault, tmp_path, monkeypatch):
    change, words = BROKEN[fault]
    with (tmp_path / "differences.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows([{**ROWS[0], **change}, *ROWS[1:]])
    monkeypatch.setattr(differences, "TABLE", tmp_path / "differences.csv")
    with pytest.raises(TableError, match=r"web/book/differences\.csv, row .*Cure: ") as refusal:
        rows.__wrapped__()
    assert words in str(refusal.value)


# --- what the reference shows of it --------------------------------------------------------------


def test_the_owners_are_entries_of_the_reference():
    known = {entry.path.rpartition(".")[2] for entry in all_entries() if entry.level == 3}
    for row in rows():
        assert row.owners, row.name
        assert set(row.owners) <= known, row.name


@both_editions
def test_the_reference_shows_the_rows_that_a_reader_could_miss_and_no_other(code):
    pages = "\n".join(markdown(EDITIONS[code], {}, group) for group in GROUPS)
    for row in rows():
        words = row.english if code == "en" else row.chinese
        shown = f"\n- {words}\n" in pages
        assert shown == (row.shown == "yes"), row.name


@both_editions
def test_they_stand_with_the_class_outside_the_english_of_the_docstring(code):
    (entry,) = (entry for entry in all_entries() if entry.path == "embedlib.Module")
    text = describe(entry, code, {})
    words = WORDS["reference"][code]["differs"]
    assert text.index("```text") < text.index(f"**{words}**")
    if code == "zh":
        assert text.index(f"**{words}**") < text.index('<div lang="en">')


def test_the_words_keep_the_books_typography_and_terms():
    for row in rows():
        problems = [*check_typography(0, row.chinese), *check_terms(0, row.chinese)]
        assert not problems, (row.name, [str(p) for p in problems])
        assert not row.english or row.english.endswith("."), row.name
        assert not row.chinese or row.chinese.endswith("。"), row.name
        assert set(re.findall("`[^`]+`", row.english)) >= set(re.findall("`[^`]+`", row.chinese))
