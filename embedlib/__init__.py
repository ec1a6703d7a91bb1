"""torch.nn.Embedding rebuilt in NumPy, to be read.

A table of ``num_embeddings`` rows; a lookup copies rows out, the backward pass adds gradients in.
The names, arguments, defaults and errors are torch's. What torch hides behind autograd stands
here as a function you call: ``layer.backward(grad_output)``.

>>> import numpy as np
>>> import embedlib
>>> _ = embedlib.manual_seed(666)
>>> table = embedlib.Embedding(10, 3)
>>> table(np.array([[1, 2, 4, 5], [4, 3, 2, 9]])).shape
(2, 4, 3)

Everything that a docstring calls torch's is so to the bit, or says how near. Where it differs on
purpose, the docstring says so; the reference in the appendix of the book says all of it in one
place, with the reasons.

To read it, start with `embedlib.functional`: the lookup and its gradient. Under it lie
`embedlib.scatter` (how gradients add up), `embedlib.sparse` (gradients as lists of rows),
`embedlib.renorm` (`max_norm`) and `embedlib.bag` (lookups in bags). Above it stand
`embedlib.parameter` (an array with its gradient), `embedlib.passes` (which lookup a gradient
belongs to), `embedlib.modules` (the layers) and `embedlib.optim` (the steps). Each by itself stand
`embedlib.gradcheck` and `embedlib.random` (torch's random numbers). `embedlib.checks` and
`embedlib.arrays` hold what all of them need, `embedlib.palette` the colours. `embedlib.draw` draws
the figures of the book; import it yourself, it needs Matplotlib. `embedlib.letters` and
`embedlib.characters` have the data of the book: the letters of its thread with their model, and
the names of characters. `embedlib.launch` runs a function of a notebook in several processes,
which a page has not.
"""

from embedlib import functional, optim, random
from embedlib.gradcheck import GradcheckError, gradcheck
from embedlib.modules import Embedding, EmbeddingBag, Linear, Module
from embedlib.palette import PALETTE
from embedlib.parameter import Parameter
from embedlib.passes import no_grad
from embedlib.random import Generator, default_generator, manual_seed
from embedlib.sparse import SparseGrad

__all__ = [
    "PALETTE",
    "Embedding",
    "EmbeddingBag",
    "Generator",
    "GradcheckError",
    "Linear",
    "Module",
    "Parameter",
    "SparseGrad",
    "default_generator",
    "functional",
    "gradcheck",
    "manual_seed",
    "no_grad",
    "optim",
    "random",
]

__version__ = "0.1.0"
