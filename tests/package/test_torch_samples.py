"""Every sample input of torch's own operator tests, through torch and through embedlib.

torch keeps them, hidden, for its own tests (they need the package expecttest). None is skipped:
the numbers of samples are written down here, and so is each sample where embedlib differs by
design, with the reason.
"""

from collections import Counter

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

import embedlib
import embedlib.functional as F

OPS = {op.name: op for op in op_db}
PINNED = torch.__version__.startswith("2.13.")
floats = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def samples(name, dtype, expected):
    """All sample inputs of an operator. (Those with requires_grad=True are some of these.)"""
    torch.manual_seed(0)
    found = list(OPS[name].sample_inputs("cpu", dtype, requires_grad=False))
    assert len(found) == expected or (found and not PINNED)
    return found


def ours(value):
    """The same argument for embedlib: tensors become arrays with memory of their own."""
    if not isinstance(value, torch.Tensor):
        return value
    return value.clone(memory_format=torch.preserve_format).numpy()


def assert_same_bits(a, b, what):
    b = b.detach().numpy()
    assert (a.dtype, a.shape) == (b.dtype, b.shape), what
    assert a.tobytes() == b.tobytes(), what


def assert_within_ulp(a, b, ulp, what):
    b = b.detach().numpy()
    assert (a.dtype, a.shape) == (b.dtype, b.shape), what
    # Of the largest number: a sum of both signs may cancel.
    np.testing.assert_allclose(
        a, b, rtol=0, atol=ulp * np.spacing(np.abs(b).max(initial=1)), err_msg=what
    )


def dense(grad):
    return grad if isinstance(grad, np.ndarray) else grad.to_dense()


# --- one_hot -------------------------------------------------------------------------------------


def test_one_hot_agrees_on_every_sample():
    for sample in samples("nn.functional.one_hot", torch.int64, 6):
        theirs = torch.nn.functional.one_hot(sample.input, **sample.kwargs)
        assert_same_bits(F.one_hot(ours(sample.input), **sample.kwargs), theirs, str(sample))


# --- embedding -----------------------------------------------------------------------------------


def backward_arguments(ids, table, padding_idx=None, scale_grad_by_freq=False, sparse=False, **_):
    """Those of embedding_backward, from those of embedding."""
    padding = -1 if padding_idx is None else padding_idx % len(table)
    return ids, len(table), padding, scale_grad_by_freq, sparse


@floats
def test_embedding_and_its_gradient_agree_on_every_sample(dtype):
    differ = Counter()
    for sample in samples("nn.functional.embedding", dtype, 10):
        (t_ids,), options = sample.args, sample.kwargs
        ids, table = ours(t_ids), ours(sample.input)
        leaf = sample.input.clone().requires_grad_()
        theirs = torch.nn.functional.embedding(t_ids, leaf, **options)
        output = F.embedding(ids, table, **options)
        if "max_norm" in options:  # the order in which a norm is summed is torch's own
            assert_within_ulp(output, theirs, 4, str(sample))
            assert_within_ulp(table, leaf, 4, str(sample))
        else:
            assert_same_bits(output, theirs, str(sample))
            assert_same_bits(table, leaf, str(sample))

        t_grad = torch.randn_like(theirs)
        arguments = backward_arguments(ids, table, **options)
        if options.get("sparse") and options.get("scale_grad_by_freq"):
            # Both refuse: a sparse gradient cannot be divided by the count.
            with pytest.raises(RuntimeError, match="not supported with sparse"):
                theirs.backward(t_grad)
            with pytest.raises(RuntimeError, match="not supported with sparse"):
                F.embedding_backward(ours(t_grad), *arguments)
            differ["both refuse sparse and scale_grad_by_freq"] += 1
            continue
        theirs.backward(t_grad)
        grad = F.embedding_backward(ours(t_grad), *arguments)
        if options.get("sparse"):
            assert_same_bits(grad.indices, leaf.grad._indices()[0], str(sample))
            assert_same_bits(grad.values, leaf.grad._values(), str(sample))
        if options.get("scale_grad_by_freq"):
            # torch multiplies by 1 / count and adds in one instruction, with one rounding (a fused
            # multiply-add); NumPy rounds the product and the sum.
            assert_within_ulp(grad, leaf.grad, 2, str(sample))
            differ["scale_grad_by_freq rounds twice"] += 1
        else:
            assert_same_bits(dense(grad), dense(leaf.grad), str(sample))
    assert not PINNED or differ == {
        "both refuse sparse and scale_grad_by_freq": 1,
        "scale_grad_by_freq rounds twice": 1,
    }


def test_embedding_refuses_what_torchs_error_samples_refuse():
    errors = list(OPS["nn.functional.embedding"].error_inputs("cpu"))
    assert len(errors) == 2 or (errors and not PINNED)
    for error in errors:
        sample = error.sample_input
        with pytest.raises(error.error_type, match=error.error_regex):
            torch.nn.functional.embedding(*sample.args, sample.input)
        with pytest.raises(error.error_type, match=error.error_regex):
            F.embedding(*map(ours, sample.args), ours(sample.input))


# --- embedding_bag -------------------------------------------------------------------------------


def bag_gradients(t_ids, table, t_grad, options):
    """torch's gradients of the table and of the sample weights."""
    leaf, options = table.clone().requires_grad_(), dict(options)
    if (weights := options.get("per_sample_weights")) is not None:
        options["per_sample_weights"] = weights = weights.clone().requires_grad_()
    torch.nn.functional.embedding_bag(t_ids, leaf, **options).backward(t_grad)
    return leaf.grad, None if weights is None else weights.grad


@floats
def test_embedding_bag_and_its_gradients_agree_on_every_sample(dtype):
    differ = Counter()
    for sample in samples("nn.functional.embedding_bag", dtype, 49):
        (t_ids,), options, what = sample.args, dict(sample.kwargs), str(sample)
        ids, table = ours(t_ids), ours(sample.input)
        our_options = {key: ours(value) for key, value in options.items()}
        t_table = sample.input.clone()
        theirs = torch.nn.functional.embedding_bag(t_ids, t_table, **options)
        output = F.embedding_bag(ids, table, **our_options)
        assert_within_ulp(output, theirs, 8, what)
        assert_within_ulp(table, t_table, 4, what)

        t_grad = torch.randn_like(theirs)
        for key in ("max_norm", "norm_type"):  # done: both tables are renormalized
            options.pop(key, None), our_options.pop(key, None)
        if options.get("sparse") and options.get("scale_grad_by_freq"):
            # Both refuse: a sparse gradient cannot be divided by the count.
            with pytest.raises(RuntimeError):
                bag_gradients(t_ids, t_table, t_grad, options)
            with pytest.raises(RuntimeError):
                F.embedding_bag_backward(ours(t_grad), ids, ours(t_table), **our_options)
            differ["both refuse sparse and scale_grad_by_freq"] += 1
            continue
        scaled = options.pop("scale_grad_by_freq", False)
        t_weight_grad, t_samples_grad = bag_gradients(t_ids, t_table, t_grad, options)
        if scaled:
            # torch 2.13 divides by the wrong count on the CPU (pytorch issue 190063). The
            # referee is torch without the option, divided by the right count.
            counts = torch.bincount(t_ids.reshape(-1), minlength=len(t_table)).clamp(min=1)
            t_weight_grad = t_weight_grad / counts[:, None]
            differ["torch divides by the wrong count"] += 1
        weight_grad, samples_grad = F.embedding_bag_backward(
            ours(t_grad), ids, ours(t_table), **our_options
        )
        assert options.get("sparse", False) == isinstance(weight_grad, embedlib.SparseGrad)
        assert_within_ulp(dense(weight_grad), dense(t_weight_grad), 8, what)
        assert (samples_grad is None) == (t_samples_grad is None), what
        if samples_grad is not None:
            assert_within_ulp(samples_grad, t_samples_grad, 8, what)
    assert not PINNED or differ == {
        "both refuse sparse and scale_grad_by_freq": 3,
        "torch divides by the wrong count": 3,
    }


# --- the layers ----------------------------------------------------------------------------------


def test_torch_has_samples_of_the_layer_embedding_and_of_no_other_table():
    classes = {module.module_cls for module in module_db}
    assert torch.nn.Embedding in classes
    assert torch.nn.EmbeddingBag not in classes or not PINNED


@floats
def test_the_layer_agrees_on_every_sample(dtype):
    (module,) = (m for m in module_db if m.module_cls is torch.nn.Embedding)
    torch.manual_seed(0)
    inputs = module.module_inputs_func(
        module, device="cpu", dtype=dtype, requires_grad=True, training=True
    )
    assert len(inputs) == 2 or (inputs and not PINNED)
    for sample in inputs:
        arguments = sample.constructor_input
        theirs = torch.nn.Embedding(*arguments.args, **arguments.kwargs, dtype=dtype)
        layer = embedlib.Embedding(
            *arguments.args, **arguments.kwargs, dtype=theirs.weight.detach().numpy().dtype
        )
        layer.weight.data[...] = theirs.weight.detach().numpy()
        t_output = theirs(*sample.forward_input.args, **sample.forward_input.kwargs)
        output = layer(*map(ours, sample.forward_input.args), **sample.forward_input.kwargs)
        assert_same_bits(output, t_output, str(sample))
        t_grad = torch.randn_like(t_output)
        t_output.backward(t_grad)
        layer.backward(ours(t_grad))
        assert_same_bits(layer.weight.grad, theirs.weight.grad, str(sample))
