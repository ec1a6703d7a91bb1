"""Cases drawn by chance, with torch's answers, for the page's Python to be compared with.

Each case is drawn from its kind and its number, so that a failing one can be made again by
``draw(kind, number)``. Where the reference of the book promises bits, bits are expected; elsewhere
the case says how far each number may be off.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np
import torch

TORCH = {
    np.dtype(name): getattr(torch, name)
    for name in ("int8", "int16", "int32", "int64", "float16", "float32", "float64")
}
FLOATS = (np.float16, np.float32, np.float64)
WIDTHS = (np.int8, np.int16, np.int32, np.int64)
bags_of_torch = torch.nn.functional.embedding_bag


@dataclass
class Case:
    kind: str
    number: int
    arguments: dict
    expected: dict
    slack: dict = field(default_factory=dict)  # by name: how far off; what is not here, bits


def draw(kind, number):
    rng = np.random.default_rng([KINDS.index(kind), number])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Case(kind, number, *globals()[f"draw_{kind}"](rng))


# --- arguments -----------------------------------------------------------------------------------


def some(rng, *values):
    return values[rng.integers(len(values))]


def sizes(rng):
    """Rows, columns, ids. Now and then large: there embedlib takes other ways."""
    large = [(5, 300, 40), (40, 30, 3_000), (20_000, 1, 20)]
    if rng.random() < 0.06:
        return some(rng, *large)
    return int(rng.integers(1, 13)), int(rng.integers(1, 10)), int(rng.integers(0, 50))


def numbers(rng, *shape, dtype=np.float32):
    return np.asarray(rng.standard_normal(shape), dtype)


def some_ids(rng, rows, *shape):
    """In any width that holds them: the page takes all of them, torch gets int64."""
    fitting = [width for width in WIDTHS if rows <= np.iinfo(width).max]
    return rng.integers(0, rows, shape).astype(some(rng, *fitting))


def padding(rng, rows):
    return int(rng.integers(-rows, rows)) if rng.random() < 0.4 else None


def t(array):
    """For torch: ids as int64, a gradient as it is."""
    return torch.from_numpy(widened(array).copy())


def widened(array):
    return array.astype(np.int64) if array.dtype.kind == "i" else array


def leaf(array):
    return torch.from_numpy(array.copy()).requires_grad_()


def n(tensor):
    return tensor.detach().numpy().copy()


def rounding(dtype, terms, sum_of_terms):
    """How far two sums of the same terms may be apart, however they were added."""
    limits = np.finfo(dtype)
    tiny = float(limits.smallest_subnormal)
    return (terms + 4) * (float(limits.eps) * np.asarray(sum_of_terms, np.float64) + tiny)


# --- functions -----------------------------------------------------------------------------------


def draw_one_hot(rng):
    rows, _, count = sizes(rng)
    rows = min(rows, 40)
    ids = some_ids(rng, rows, *some(rng, (count,), (), (2, count)))
    classes = rows if ids.size == 0 or rng.random() < 0.7 else -1
    output = torch.nn.functional.one_hot(t(ids), classes)
    return {"ids": ids, "num_classes": classes}, {"output": n(output)}


def draw_lookup(rng):
    rows, columns, count = sizes(rng)
    weight = numbers(rng, rows, columns, dtype=some(rng, *FLOATS))
    weight = np.asfortranarray(weight) if rng.random() < 0.2 else weight
    ids = some_ids(rng, rows, *some(rng, (count,), (), (3, count)))
    pad = padding(rng, rows)
    output = n(torch.nn.functional.embedding(t(ids), t(weight), pad))
    return (
        {"ids": ids, "weight": weight, "padding_idx": pad},
        {"output": output, "matrix product": output},
        {"matrix product": np.zeros(output.shape)},  # the same numbers; -0.0 may become 0.0
    )


def draw_max_norm(rng):
    """Rows whose norm is very near the bound, which may go either way, are not drawn."""
    rows, columns, count = sizes(rng)
    norm_type = float(some(rng, 2, 2, np.inf, -np.inf, 1, 3, 0.5))
    dtype = some(rng, np.float32, np.float64)
    while True:
        weight, bound = numbers(rng, rows, columns, dtype=dtype), float(rng.uniform(0, 3))
        norms = n(torch.linalg.vector_norm(t(weight), norm_type, dim=1))
        if (np.abs(norms - bound) > 1e-5 * bound).all():
            break
    ids = some_ids(rng, rows, count)
    table = torch.embedding_renorm_(t(weight), t(ids), bound, norm_type).numpy()
    off = 4 * np.spacing(np.abs(table)).astype(np.float64)
    if norm_type not in (2, np.inf, -np.inf):
        off = np.maximum(off, 1e-5 * max(1, 1 / norm_type) * np.abs(table))
    return (
        {"ids": ids, "weight": weight, "max_norm": bound, "norm_type": norm_type},
        {"shortened": table, "table": table, "output": table[ids]},
        {"shortened": off, "table": off, "output": off[ids]},
    )


def draw_dense_gradient(rng):
    rows, columns, count = sizes(rng)
    dtype = some(rng, *FLOATS)
    ids, grad = some_ids(rng, rows, count), numbers(rng, count, columns, dtype=dtype)
    pad = int(rng.integers(0, rows)) if rng.random() < 0.4 else -1
    backward = torch.ops.aten.embedding_dense_backward
    plain = n(backward(t(grad), t(ids), rows, pad, False))
    scaled = n(backward(t(grad), t(ids), rows, pad, True))
    exact = n(backward(t(grad.astype(np.float64)), t(ids), rows, pad, False)).astype(dtype)
    absolute = n(backward(t(np.abs(grad).astype(np.float64)), t(ids), rows, pad, False))
    return (
        {"grad": grad, "ids": ids, "rows": rows, "padding_idx": pad},
        {"dense": plain, "backward": plain, "plain": plain, "in float64": exact, "scaled": scaled},
        {"scaled": rounding(dtype, count, absolute)},
    )


def draw_sparse_gradient(rng):
    rows, columns, count = sizes(rng)
    ids = some_ids(rng, rows, count)
    grad = numbers(rng, count, columns, dtype=some(rng, *FLOATS))
    pad = int(rng.integers(0, rows)) if rng.random() < 0.4 else -1
    sparse = torch.ops.aten.embedding_sparse_backward(t(grad), t(ids), rows, pad, False)
    return (
        {"grad": grad, "ids": ids, "rows": rows, "padding_idx": pad},
        parts(sparse) | {"again": n(sparse._values())},
    )


def parts(sparse):
    return {
        "indices": n(sparse._indices()[0]),
        "values": n(sparse._values()),
        "coalesced": sparse.is_coalesced(),
        "nnz": sparse._nnz(),
    }


def draw_bag(rng):
    rows, columns, count = sizes(rng)
    dtype, mode = some(rng, *FLOATS), some(rng, "sum", "mean", "max")
    weight = numbers(rng, rows, columns, dtype=dtype)
    options = {"mode": mode, "padding_idx": padding(rng, rows)}
    options["sparse"] = mode != "max" and rng.random() < 0.3
    if rng.random() < 0.5:
        length = int(rng.integers(1, 6))
        ids = some_ids(rng, rows, count // length, length)
    else:
        ids = some_ids(rng, rows, count)
        options |= some_offsets(rng, count)
    if mode == "sum" and rng.random() < 0.5:
        options["per_sample_weights"] = numbers(rng, *ids.shape, dtype=dtype)
    arguments = {"input": ids, "weight": weight} | options
    output = torch_bag(arguments)[0]
    grad = numbers(rng, *output.shape, dtype=dtype)
    return (arguments | {"grad": grad}, *bag_answers(arguments, grad))


def some_offsets(rng, count):
    offsets = np.sort(rng.integers(0, count + 1, rng.integers(1, 9)))
    offsets[0] = 0
    if rng.random() < 0.3:
        offsets = np.append(offsets, count)
        return {"offsets": offsets.astype(np.int64), "include_last_offset": True}
    return {"offsets": offsets.astype(some(rng, np.int32, np.int64))}


def torch_bag(arguments, absolute=False):
    """torch's output, table and sample weights; with absolute values of all terms, in float64."""
    options = dict(arguments)
    ids, weight = t(options.pop("input")), options.pop("weight")
    offsets, samples = options.pop("offsets", None), options.pop("per_sample_weights", None)
    if absolute:
        weight = np.abs(weight).astype(np.float64)
        samples = None if samples is None else np.abs(samples).astype(np.float64)
    table, samples = leaf(weight), None if samples is None else leaf(samples)
    offsets = None if offsets is None else t(offsets)
    output = bags_of_torch(ids, table, offsets, per_sample_weights=samples, **options)
    return output, table, samples


def bag_answers(arguments, grad):
    """torch's answers, and how far off: see the head of tests/package/test_bag.py."""
    output, table, samples = torch_bag(arguments)
    output.backward(t(grad))
    expected, slack = {"output": n(output)}, {}
    wide, wide_table, wide_samples = torch_bag(arguments | {"sparse": False}, absolute=True)
    wide.backward(t(np.abs(grad).astype(np.float64)))
    count, dtype = arguments["input"].size, grad.dtype
    if samples is not None or (arguments["mode"], dtype) == ("mean", np.float16):
        slack["output"] = rounding(dtype, count, n(wide))
    if arguments["sparse"]:
        expected |= parts(table.grad)
    else:
        expected["gradient"] = n(table.grad)
        if arguments["mode"] != "max":
            slack["gradient"] = rounding(dtype, count, n(wide_table.grad))
    if samples is not None:
        expected["of sample weights"] = n(samples.grad)
        slack["of sample weights"] = rounding(dtype, grad.shape[1], n(wide_samples.grad))
    return expected, slack


def draw_bag_with_max_norm(rng):
    arguments, _, slack = draw_max_norm(rng)
    mode, ids = some(rng, "sum", "mean", "max"), arguments["ids"]
    ids = ids[: ids.size // 2 * 2].reshape(-1, 2)
    table = t(arguments["weight"])
    torch.embedding_renorm_(table, t(ids), arguments["max_norm"], arguments["norm_type"])
    output = bags_of_torch(t(ids), table, mode=mode)
    off = np.where(n(table) == arguments["weight"], 0, slack["table"])
    spread = off[ids].sum(axis=1) + rounding(table.numpy().dtype, 2, np.abs(n(table))[ids].sum(1))
    options = {name: arguments[name] for name in ("weight", "max_norm", "norm_type")}
    return (
        options | {"input": ids, "mode": mode},
        {"output": n(output), "table": n(table)},
        {"output": spread, "table": slack["table"]},
    )


def draw_bag_scaled(rng):
    """torch's own bags divide by the wrong count; its embedding, summed up, does not."""
    rows, columns, count = sizes(rng)
    dtype = some(rng, np.float32, np.float64)
    weight, ids = numbers(rng, rows, columns, dtype=dtype), some_ids(rng, rows, count // 3, 3)
    grad, table = numbers(rng, len(ids), columns, dtype=dtype), leaf(weight)
    lookup = torch.nn.functional.embedding(t(ids), table, scale_grad_by_freq=True)
    lookup.sum(dim=1).backward(t(grad))
    absolute = np.zeros(weight.shape)
    np.add.at(absolute, ids, np.abs(grad)[:, None])
    return (
        {"input": ids, "weight": weight, "grad": grad},
        {"gradient": n(table.grad)},
        {"gradient": rounding(dtype, count, absolute)},
    )


def draw_sparse_arithmetic(rng):
    rows, columns, count = sizes(rng)
    dtype = some(rng, np.float32, np.float64)
    dense = numbers(rng, rows, columns, dtype=dtype)
    indices, more_indices = (rng.integers(0, rows, k) for k in (count, count // 2))
    values, more_values = (numbers(rng, k, columns, dtype=dtype) for k in (count, count // 2))
    grad, more = (
        torch.sparse_coo_tensor(t(i)[None], t(v), dense.shape)
        for i, v in ((indices, values), (more_indices, more_values))
    )
    absolute = np.abs(dense).astype(np.float64)
    for i, v in ((indices, values), (more_indices, more_values)):
        np.add.at(absolute, i, np.abs(v))
    off, together = rounding(dtype, 2 * count, absolute), grad.coalesce()
    expected = parts(grad) | {
        "coalesced": count < 2,  # torch's own constructor never says so
        "dense": n(grad.to_dense()),
        "rows together": n(together.indices()[0]),
        "values together": n(together.values()),
        "sum": n((grad + more).to_dense()),
        "sum with dense": n(t(dense) + grad),
    }
    slack = dict.fromkeys(["dense", "sum", "sum with dense"], off)
    slack["values together"] = off[expected["rows together"]]
    arguments = {"indices": indices, "values": values, "dense": dense}
    return arguments | {"more_indices": more_indices, "more_values": more_values}, expected, slack


def draw_huge_table(rng):
    """Row numbers beyond 32 bits, and those that leave no room for anything beside them."""
    rows, count = some(rng, 2**20, 2**31, 2**40, 2**60), int(rng.integers(0, 200))
    ids = rng.choice(rng.integers(0, rows, 30), count)
    grad = numbers(rng, count, 2, dtype=some(rng, np.float32, np.float64))
    sparse = torch.ops.aten.embedding_sparse_backward(t(grad), t(ids), rows, -1, False)
    together = sparse.coalesce()
    absolute = torch.sparse_coo_tensor(t(ids)[None], t(np.abs(grad)), sparse.shape).coalesce()
    return (
        {"grad": grad, "ids": ids, "rows": rows},
        {"rows": n(together.indices()[0]), "values": n(together.values())},
        {"values": rounding(grad.dtype, count, n(absolute.values()))},
    )


# --- layers and optimizers -----------------------------------------------------------------------


def draw_embedding_layer(rng):
    rows, columns, count = sizes(rng)
    sparse = rng.random() < 0.4
    options = {"padding_idx": padding(rng, rows), "sparse": sparse}
    options["scale_grad_by_freq"] = not sparse and rng.random() < 0.4
    ids = some_ids(rng, rows, *some(rng, (count,), (2, count)))
    return layer_case(rng, "Embedding", "ids", ids, (rows, columns), options)


def draw_bag_layer(rng):
    rows, columns, count = sizes(rng)
    mode = some(rng, "sum", "mean", "max")
    options = {"mode": mode, "padding_idx": padding(rng, rows)}
    options["sparse"] = mode != "max" and rng.random() < 0.4
    ids = some_ids(rng, rows, count // 4, 4)
    return layer_case(rng, "EmbeddingBag", "input", ids, (rows, columns), options)


def layer_case(rng, layer, name, ids, shape, options):
    """One or two passes forward and backward, whose gradients add up."""
    dtype, passes = some(rng, np.float32, np.float64), int(rng.integers(1, 3))
    weight = numbers(rng, *shape, dtype=dtype)
    theirs = getattr(torch.nn, layer)(*shape, _weight=t(weight), **options)
    size = theirs(t(ids)).shape
    grads = [numbers(rng, *size, dtype=dtype) for _ in range(passes)]
    absolute = np.zeros(weight.shape)
    for grad in grads:
        output = theirs(t(ids))
        output.backward(t(grad))
        each = np.abs(grad)[:, None] if layer == "EmbeddingBag" else np.abs(grad)
        np.add.at(absolute, ids, each)
    expected = {"output": n(output), "gradient": n(theirs.weight.grad.to_dense())}
    slack = {"gradient": rounding(dtype, passes * ids.size, absolute)}
    return {name: ids, "weight": weight, "grads": grads, "options": options}, expected, slack


def draw_linear_layer(rng):
    rows, columns, count = sizes(rng)
    rows, dtype = min(rows, 100), some(rng, np.float32, np.float64)
    weight, bias = numbers(rng, rows, columns, dtype=dtype), numbers(rng, rows, dtype=dtype)
    bias = bias if rng.random() < 0.7 else None
    x, grad = numbers(rng, count, columns, dtype=dtype), numbers(rng, count, rows, dtype=dtype)

    def run(*arrays):
        leaves = [None if array is None else leaf(array) for array in arrays]
        output = torch.nn.functional.linear(*leaves[:3])
        output.backward(t(arrays[3]))
        names = ("of input", "of weight", "of bias")
        grads = {k: n(a.grad) for k, a in zip(names, leaves, strict=False) if a is not None}
        return {"output": n(output)} | grads

    sizes_of_terms = run(
        *(None if a is None else np.abs(a).astype(np.float64) for a in (x, weight, bias, grad))
    )
    terms = rows + columns + count
    slack = {name: rounding(dtype, terms, total) for name, total in sizes_of_terms.items()}
    arguments = {"input": x, "weight": weight, "bias": bias, "grad": grad}
    return arguments, run(x, weight, bias, grad), slack


def draw_saved_layer(rng):
    rows, columns, count = sizes(rng)
    name = some(rng, "Embedding", "EmbeddingBag")
    weight = numbers(rng, rows, columns, dtype=some(rng, np.float32, np.float64))
    ids = some_ids(rng, rows, count // 2, 2)
    layer = getattr(torch.nn, name).from_pretrained(t(weight), freeze=False)
    expected = {"output": n(layer(t(ids))), "names": list(layer.state_dict())}
    expected |= {"learns": layer.weight.requires_grad, "no gradient": True}
    return {"ids": ids, "weight": weight, "name": name}, expected


def draw_optimizer(rng):
    name = some(rng, "SGD", "Adam", "AdamW", "Adagrad", "SparseAdam")
    dtype, lr = some(rng, np.float32, np.float64), float(rng.uniform(1e-3, 1))
    sparse = name == "SparseAdam" or (name in ("SGD", "Adagrad") and rng.random() < 0.4)
    options = {"lr": lr, "maximize": rng.random() < 0.2} | own_options(rng, name, sparse)
    start = numbers(rng, 6, 3, dtype=dtype)
    grads = [some_gradient(rng, start, sparse) for _ in range(8)]
    param = leaf(start)
    steps = getattr(torch.optim, name)([param], **options)
    for grad in grads:
        param.grad = (
            torch.sparse_coo_tensor(t(grad[0])[None], t(grad[1]), start.shape)
            if sparse
            else t(grad)
        )
        steps.step()
    weights = n(param)
    total = max(np.abs(grad[1] if sparse else grad).sum(axis=0).max(initial=0) for grad in grads)
    step = lr * total / (1 - options.get("momentum", 0))
    allowed = 4e-6 if dtype == np.float32 else 1e-13
    names = ("weights", "gone on", "plain")
    return (
        {"name": name, "options": options, "start": start, "grads": grads},
        dict.fromkeys(names, weights),
        dict.fromkeys(names, allowed * np.maximum(np.maximum(1, np.abs(weights)), step)),
    )


def own_options(rng, name, sparse):
    decay = {} if sparse or rng.random() < 0.5 else {"weight_decay": 0.01}
    if name == "SGD":
        momentum = some(rng, 0, 0.5, 0.9)
        return decay | {"momentum": momentum, "nesterov": bool(momentum) and rng.random() < 0.4}
    if name == "Adagrad":
        return decay | {"lr_decay": some(rng, 0, 0.1), "initial_accumulator_value": 0.1}
    betas = {"betas": some(rng, (0.9, 0.999), (0.5, 0.9))}
    return betas if name == "SparseAdam" else betas | decay | {"amsgrad": rng.random() < 0.3}


def some_gradient(rng, start, sparse):
    if not sparse:
        return numbers(rng, *start.shape, dtype=start.dtype)
    count = int(rng.integers(2, 8))
    rows = rng.integers(0, len(start), count)
    return rows, numbers(rng, count, start.shape[1], dtype=start.dtype)


# --- chance, gradient check, errors --------------------------------------------------------------


def draw_random_numbers(rng):
    seed, calls = int(rng.integers(0, 2**63)), []
    for _ in range(rng.integers(1, 5)):
        name = some(rng, "rand", "randn", "uniform", "randint", "randperm")
        size, options = (int(rng.integers(0, 60)),), {"dtype": some(rng, *FLOATS)}
        low = float(np.float32(rng.normal() * 100))
        if name == "uniform":
            args = (low, low + float(np.float32(rng.uniform(0, 1e3))), size)
        elif name == "randint":
            args, options = (int(low), int(low) + some(rng, 1, 10, 2**28, 2**40), size), {}
        else:
            args, options = (size, options) if name != "randperm" else (size, {})
        calls.append((name, args, options))
    theirs = torch.Generator().manual_seed(seed)
    found = [from_torch(theirs, *call) for call in calls]
    expected = {f"{i}: {call[0]}": a for i, (call, a) in enumerate(zip(calls, found, strict=True))}
    normals = {name: a for name, a in expected.items() if name.endswith("randn")}
    return {"seed": seed, "calls": calls}, expected, near_in_float64(normals)


def near_in_float64(normals):
    """In float64, log, sin and cos are the C library's: the page's one rounds other last bits."""
    return {
        name: 4 * np.spacing(np.abs(a)) for name, a in normals.items() if a.dtype == np.float64
    }


def from_torch(generator, name, args, options):
    dtype = {k: TORCH[np.dtype(v)] for k, v in options.items()}
    if name == "uniform":
        low, high, size = args
        return torch.empty(size, **dtype).uniform_(low, high, generator=generator).numpy()
    return getattr(torch, name)(*args, **dtype, generator=generator).numpy()


def draw_first_weights(rng):
    rows, columns = int(rng.integers(1, 20)), int(rng.integers(1, 20))
    seed, dtype = int(rng.integers(0, 2**32)), some(rng, np.float32, np.float64)
    pad = int(rng.integers(0, rows)) if rng.random() < 0.5 else None
    arguments = {"rows": rows, "columns": columns, "padding_idx": pad, "dtype": dtype}
    torch.manual_seed(seed)
    options = {"dtype": TORCH[np.dtype(dtype)]}
    table = torch.nn.Embedding(rows, columns, pad, **options)
    linear = torch.nn.Linear(columns, rows, **options)
    bags = torch.nn.EmbeddingBag(rows, columns, **options)
    bags.reset_parameters()
    layers = {"Embedding": table, "Linear": linear, "EmbeddingBag": bags}
    expected = {name: n(layer.weight) for name, layer in layers.items()}
    uniform = {"Linear": expected["Linear"], "bias": n(linear.bias)}
    normals = {name: a for name, a in expected.items() if name != "Linear"}
    return arguments | {"seed": seed}, normals | uniform, near_in_float64(normals)


def draw_gradient_check(rng):
    weight, count = numbers(rng, 4, 2, dtype=np.float64), int(rng.integers(1, 5))
    ids, pad = some_ids(rng, 4, count), padding(rng, 4)
    pad = None if pad is None else pad % 4
    passes = torch.autograd.gradcheck(
        lambda table: torch.nn.functional.embedding(t(ids), table, pad),
        leaf(weight),
        raise_exception=False,
    )
    return {"ids": ids, "weight": weight, "padding_idx": pad}, {"passes": passes}


def draw_refused(rng):
    """What torch refuses, the page refuses with the same type."""
    name, arguments = some(rng, *refusals(rng))
    theirs = {
        k: torch.from_numpy(v.copy()) if isinstance(v, np.ndarray) else v
        for k, v in arguments.items()
    }
    try:
        {**vars(torch.nn.functional), "step": torch_step}[name](**theirs)
    except Exception as error:
        return {"call": name, "arguments": arguments}, {"raises": type(error).__name__}
    raise AssertionError(f"torch takes {name} {arguments}")


def refusals(rng):
    rows = int(rng.integers(1, 9))
    weight, ids = numbers(rng, rows, 3), rng.integers(0, rows, 4)
    outside = np.append(ids, some(rng, -1, rows, -(2**40), 2**40))
    wrong = ids.astype(some(rng, np.uint8, np.float32, np.float64))
    padding_idx = some(rng, rows, -rows - 1)
    adam = {"name": some(rng, "Adam", "AdamW"), "options": {}, "shape": (3, 2)}
    decay = {"name": some(rng, "SGD", "Adagrad"), "options": {"weight_decay": 0.1}}
    return [
        ("one_hot", {"input": some(rng, wrong, -1 - ids)}),
        ("one_hot", {"input": ids + rows, "num_classes": rows}),
        ("embedding", {"input": some(rng, outside, wrong), "weight": weight}),
        ("embedding", {"input": ids, "weight": weight[0]}),
        ("embedding", {"input": ids, "weight": weight, "padding_idx": padding_idx}),
        ("embedding_bag", {"input": some(rng, ids, ids[None, None]), "weight": weight}),
        ("embedding_bag", {"input": some(rng, outside, wrong)[None], "weight": weight}),
        ("embedding_bag", {"input": ids[None], "weight": weight, "mode": "median"}),
        ("embedding_bag", {"input": ids, "weight": weight, "offsets": np.array([1])}),
        ("step", adam),
        ("step", decay | {"shape": (3, 2)}),
    ]


def torch_step(name, options, shape):
    param = torch.ones(shape, requires_grad=True)
    param.grad = torch.sparse_coo_tensor([[0]], torch.ones(1, shape[1]), shape)
    getattr(torch.optim, name)([param], **options).step()


KINDS = [name.removeprefix("draw_") for name in list(globals()) if name.startswith("draw_")]
