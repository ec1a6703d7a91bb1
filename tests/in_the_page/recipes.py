"""What embedlib answers to a drawn case: one recipe for each kind, by its name.

The page's Python runs them, so there is nothing of torch here; torch's answers to the same
arguments are made in ``drawn.py``. A recipe returns what it found, by name.
"""

import copy
import warnings

import numpy as np

import embedlib
from embedlib import functional as F
from embedlib import optim


def answer(kind, arguments):
    """What the recipe returns for a copy of the arguments; or an error's text, by "raises"."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return RECIPES[kind](**copy.deepcopy(arguments))
    except Exception as error:
        return {"raises": f"{type(error).__name__}: {error}"}


# --- functions -----------------------------------------------------------------------------------


def one_hot(ids, num_classes):
    return {"output": F.one_hot(ids, num_classes)}


def lookup(ids, weight, padding_idx):
    return {
        "output": F.embedding(ids, weight, padding_idx),
        "matrix product": F.one_hot_matmul(ids, weight),
    }


def max_norm(ids, weight, max_norm, norm_type):
    shortened = F.embedding_renorm_(weight.copy(), ids, max_norm, norm_type)
    output = F.embedding(ids, weight, None, max_norm, norm_type)
    return {"shortened": shortened, "table": weight, "output": output}


def dense_gradient(grad, ids, rows, padding_idx):
    return {
        "dense": F.embedding_dense_backward(grad, ids, rows, padding_idx),
        "backward": F.embedding_backward(grad, ids, rows, padding_idx),
        "plain": F.embedding_dense_backward_plain(grad, ids, rows, padding_idx),
        "in float64": F.embedding_dense_backward(
            grad, ids, rows, padding_idx, accumulate=np.float64
        ),
        "scaled": F.embedding_backward(grad, ids, rows, padding_idx, True),
    }


def sparse_gradient(grad, ids, rows, padding_idx):
    sparse = F.embedding_sparse_backward(grad, ids, rows, padding_idx)
    again = F.embedding_backward(grad, ids, rows, padding_idx, sparse=True)
    return parts(sparse) | {"again": again.values}


def bag(input, weight, grad, **options):
    output = F.embedding_bag(input, weight, **options)
    grad_weight, grad_samples = F.embedding_bag_backward(grad, input, weight, **options)
    if options.get("sparse"):
        found = {"output": output} | parts(grad_weight)
    else:
        found = {"output": output, "gradient": grad_weight}
    return found if grad_samples is None else found | {"of sample weights": grad_samples}


def bag_with_max_norm(input, weight, max_norm, norm_type, mode):
    output = F.embedding_bag(input, weight, None, max_norm, norm_type, mode=mode)
    return {"output": output, "table": weight}


def bag_scaled(input, weight, grad):
    gradient, _ = F.embedding_bag_backward(
        grad, input, weight, scale_grad_by_freq=True, mode="sum"
    )
    return {"gradient": gradient}


def sparse_arithmetic(indices, values, more_indices, more_values, dense):
    grad = embedlib.SparseGrad(indices, values, dense.shape)
    more = embedlib.SparseGrad(more_indices, more_values, dense.shape)
    together = grad.coalesce()
    return parts(grad) | {
        "dense": grad.to_dense(),
        "rows together": together.indices,
        "values together": together.values,
        "sum": (grad + more).to_dense(),
        "sum with dense": dense + grad,
    }


def huge_table(grad, ids, rows):
    together = F.embedding_sparse_backward(grad, ids, rows).coalesce()
    return {"rows": together.indices, "values": together.values}


def parts(grad):
    return {
        "indices": grad.indices,
        "values": grad.values,
        "coalesced": grad.is_coalesced,
        "nnz": grad.nnz,
    }


# --- layers and optimizers -----------------------------------------------------------------------


def embedding_layer(ids, weight, grads, options):
    layer = embedlib.Embedding(*weight.shape, _weight=weight, **options)
    for grad in grads:
        output = layer(ids)
        layer.backward(grad)
    return {"output": output, "gradient": dense(layer.weight.grad)}


def bag_layer(input, weight, grads, options):
    layer = embedlib.EmbeddingBag(*weight.shape, _weight=weight, **options)
    for grad in grads:
        output = layer.forward(input)
        layer.backward(grad)
    return {"output": output, "gradient": dense(layer.weight.grad)}


def linear_layer(input, weight, bias, grad):
    layer = embedlib.Linear(*weight.shape[::-1], bias=bias is not None, dtype=weight.dtype)
    layer.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
    output = layer(input)
    of_input = layer.backward(grad)
    found = {"output": output, "of input": of_input, "of weight": layer.weight.grad}
    return found if bias is None else found | {"of bias": layer.bias.grad}


def saved_layer(ids, weight, name):
    layer = getattr(embedlib, name).from_pretrained(weight, freeze=False)
    other = getattr(embedlib, name)(*weight.shape, dtype=weight.dtype)
    other.load_state_dict(layer.state_dict())
    (parameter,) = other.parameters()
    parameter.grad = np.ones_like(weight)
    other.zero_grad()
    return {
        "output": other(ids),
        "names": list(layer.state_dict()),
        "learns": layer.weight.requires_grad,
        "no gradient": parameter.grad is None,
    }


def optimizer(name, options, start, grads):
    """Step by step; then saved half way, and gone on with in a new one; then by the plain rule."""
    grads = [
        embedlib.SparseGrad(*grad, start.shape) if isinstance(grad, tuple) else grad
        for grad in grads
    ]
    make, half = getattr(optim, name), len(grads) // 2
    param, saved = embedlib.Parameter(start.copy()), embedlib.Parameter(start.copy())
    steps, before = make([param], **options), make([saved], **options)
    take_steps(steps, param, grads)
    take_steps(before, saved, grads[:half])
    after = make([saved], lr=1)
    after.load_state_dict(before.state_dict())
    take_steps(after, saved, grads[half:])
    return {
        "weights": param.data,
        "gone on": saved.data,
        "plain": plainly(name, options, start, grads),
    }


def take_steps(steps, param, grads):
    for grad in grads:
        steps.zero_grad()
        param.grad = grad
        steps.step()


def plainly(name, options, start, grads):
    rule = PLAIN[name]
    if name == "AdamW":
        options = {"weight_decay": 0.01, "decoupled_weight_decay": True} | options
    weight, state = start, {}
    for grad in grads:
        weight, state = rule(weight, grad, state, **options)
    return weight


PLAIN = {
    "SGD": optim.sgd_plain,
    "Adam": optim.adam_plain,
    "AdamW": optim.adam_plain,
    "Adagrad": optim.adagrad_plain,
    "SparseAdam": optim.sparse_adam_plain,
}


def dense(grad):
    return grad.to_dense() if isinstance(grad, embedlib.SparseGrad) else grad


# --- chance, gradient check, errors --------------------------------------------------------------


def random_numbers(seed, calls):
    generator = embedlib.Generator(0).manual_seed(seed)
    found = [getattr(generator, name)(*args, **options) for name, args, options in calls]
    return {f"{n}: {name}": a for n, ((name, *_), a) in enumerate(zip(calls, found, strict=True))}


def first_weights(seed, rows, columns, padding_idx, dtype):
    assert embedlib.manual_seed(seed) is embedlib.default_generator
    table = embedlib.Embedding(rows, columns, padding_idx, dtype=dtype)
    linear = embedlib.Linear(columns, rows, dtype=dtype)
    bags = embedlib.EmbeddingBag(rows, columns, dtype=dtype)
    bags.reset_parameters()
    layers = {"Embedding": table, "Linear": linear, "EmbeddingBag": bags}
    return {name: layer.weight.data for name, layer in layers.items()} | {"bias": linear.bias.data}


def gradient_check(ids, weight, padding_idx):
    def backward(grad):
        return F.embedding_backward(
            grad, ids, len(weight), -1 if padding_idx is None else padding_idx
        )

    def forward(table):
        return F.embedding(ids, table, padding_idx)

    try:
        return {"passes": embedlib.gradcheck(forward, backward, weight)}
    except embedlib.GradcheckError:
        return {"passes": False}


def refused(call, arguments):
    """Must raise; ``answer`` keeps the error."""
    return {"output": CALLS[call](**arguments)}


def refused_step(name, options, shape):
    param = embedlib.Parameter(np.ones(shape, np.float32))
    param.grad = embedlib.SparseGrad(np.array([0]), np.ones((1, shape[1]), np.float32), shape)
    getattr(optim, name)([param], **options).step()


CALLS = {
    "one_hot": F.one_hot,
    "embedding": F.embedding,
    "embedding_bag": F.embedding_bag,
    "step": refused_step,
}
RECIPES = {
    recipe.__name__: recipe
    for recipe in (
        one_hot, lookup, max_norm, dense_gradient, sparse_gradient,
        bag, bag_with_max_norm, bag_scaled, sparse_arithmetic, huge_table,
        embedding_layer, bag_layer, linear_layer, saved_layer, optimizer,
        random_numbers, first_weights, gradient_check, refused,
    )
}  # fmt: skip
