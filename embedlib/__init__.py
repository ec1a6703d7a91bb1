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

Where it differs from torch, on purpose:

- Everything is checked before anything is written: after an error, tables, gradients and the state
  of an optimizer are as before. (torch renormalizes rows before it finds a bad id, loads the
  entries of a state that fit, and steps the parameters before a refused one.)
- An accident of torch is an error here: ``padding_idx=True``, bag offsets that decrease, are
  negative or leave ids over.
- Counts are right where torch's are not: ``scale_grad_by_freq`` in `EmbeddingBag` on the CPU.
- A second backward appends its entries to a sparse gradient. torch merges the two lists, as in a
  merge sort, and adds entries that meet; after `coalesce` both are the same.
- The gradient of a frozen table is left out without an error; there is no second derivative.
- The dense gradient with ``scale_grad_by_freq`` multiplies, then adds; torch does both with one
  rounding, so the last bit may differ. Everything else that a docstring calls torch's is so to
  the bit, or says how near.
- Lists are refused as in torch, and the message says how to convert them.

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
