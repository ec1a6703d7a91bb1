"""Which forward pass a backward pass belongs to.

torch hangs the way back on every output, and frees it when it has been walked. Here a layer
remembers its last pass, and one only. Two passes without a backward between them cannot be told
apart: then `Passes` raises, instead of giving the numbers of the wrong one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

Pass = TypeVar("Pass")

_remembering = ContextVar("embedlib.remembering", default=True)


@contextmanager
def no_grad() -> Iterator[None]:
    """Call layers to look only: they remember nothing for ``backward``.

    A block, or with parentheses a decorator; blocks may stand in each other. Each thread has a
    switch of its own. A pass remembered before the block is still there after it.

    Source: ``torch.no_grad``. (torch's works as a decorator without parentheses, too.)

    >>> import numpy as np, embedlib
    >>> layer = embedlib.Embedding(3, 1)
    >>> _ = layer(np.array([1]))
    >>> with embedlib.no_grad():
    ...     vectors = layer(np.array([0, 2]))
    >>> layer.backward(np.ones((1, 1)))  # the gradient of the first lookup
    >>> layer.weight.grad.tolist()
    [[0.0], [1.0], [0.0]]
    """
    token = _remembering.set(False)
    try:
        yield
    finally:
        _remembering.reset(token)


def is_remembered() -> bool:
    """Whether a pass is remembered now, that is, outside `no_grad`.

    >>> is_remembered()
    True
    """
    return _remembering.get()


class Passes(Generic[Pass]):
    """The pass that a layer remembers, and how many came since the last backward.

    >>> passes = Passes()
    >>> passes.remember("ids")
    >>> passes.recall()
    'ids'
    >>> passes.forget()
    """

    def __init__(self) -> None:
        self._count = 0
        self._kept: Pass | None = None

    def remember(self, kept: Pass) -> None:
        """Keep what the backward pass needs; of two passes in a row nothing but their number."""
        self._count += 1
        self._kept = kept if self._count == 1 else None

    def recall(self) -> Pass:
        """What the one pass left; RuntimeError if there was none, or if there were several."""
        count, kept = self._count, self._kept
        if count > 1:
            self.forget()  # so that the next pass begins anew
            raise RuntimeError(
                f"backward() after {count} forward passes: whose gradient is it? Call backward() "
                "after each pass, or look all ids up in one call, or, if a pass was only a look, "
                "put it into `with embedlib.no_grad():`. The passes are forgotten now"
            )
        if kept is None:
            raise RuntimeError(
                "backward() needs a forward pass first: call the layer, outside no_grad(). Each "
                "pass serves one backward(), more only with backward(..., retain_graph=True)"
            )
        return kept

    def forget(self) -> None:
        """The pass has been used; the next one is the first again."""
        self._count, self._kept = 0, None

    def __bool__(self) -> bool:
        return self._count > 0
