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

Start with `embedlib.functional`, then `embedlib.modules`. `embedlib.draw` draws the figures of the
book; import it yourself, it needs Matplotlib.
"""

from embedlib import functional, optim, random
from embedlib.gradcheck import GradcheckError, gradcheck
from embedlib.modules import Embedding, EmbeddingBag, Linear, Module, Parameter
from embedlib.palette import PALETTE
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
    "optim",
    "random",
]

__version__ = "0.1.0"
