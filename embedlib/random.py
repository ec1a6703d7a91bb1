"""torch's random numbers for the CPU, in NumPy: the same seed gives the same bits.

torch draws 32-bit words from a Mersenne Twister and makes numbers of them. Everything here is how
it does that. Shown for torch on x86-64 with AVX2 or AVX-512; on other processors torch itself
gives other last bits. Normals in float64 also depend on the C library; in a browser, which has
another one, they are up to 4 units in the last place off.

>>> import embedlib
>>> _ = embedlib.manual_seed(666)
>>> print(embedlib.Embedding(10, 3).weight.data[0].round(4))
[-0.7747  0.7926 -0.0062]
"""

import math
import operator
import secrets
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from embedlib.arrays import Array, Int64Array, pieces

Float32Array = npt.NDArray[np.float32]


class Generator:
    """A stream of random numbers that begins at a seed, as ``torch.Generator``.

    Args:
        seed: an int in ``-2**63 .. 2**64 - 1``; only its lower 32 bits count.

    Raises:
        ValueError: the seed does not fit into 64 bits.
        RuntimeError: the seed is not an int.

    Source: ATen ``CPUGeneratorImpl``, ``DistributionTemplates.h``, ``TransformationHelper.h``;
    Matsumoto and Nishimura, "Mersenne Twister" (1998).

    >>> Generator(5).rand(2)
    array([0.8302519 , 0.12611091], dtype=float32)
    """

    def __init__(self, seed: int) -> None:
        self._engine = np.random.MT19937()
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> Self:
        """Begin again at `seed`, and return the generator. Errors: see the class.

        >>> g = Generator(0)
        >>> g.rand(1) == g.manual_seed(0).rand(1)
        array([ True])
        """
        if not isinstance(seed, int | np.integer) or isinstance(seed, bool):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
        # MT19937(seed) would scramble the seed first; RandomState fills the state as torch does.
        legacy: Any = np.random.RandomState(int(seed) & 0xFFFFFFFF)
        self._engine.state = legacy.get_state(legacy=False)
        self._kept: float | None = None  # the second normal of a pair, for the next call
        return self

    def rand(self, *size: int, dtype: npt.DTypeLike = np.float32) -> Array:
        """Uniform numbers in ``[0, 1)``: `size` as ints or one tuple, `dtype` a float type.

        Raises:
            RuntimeError: a negative size.
            NotImplementedError: not a float type.

        Source: ``torch.rand``.

        >>> Generator(5).rand(2, 1).shape
        (2, 1)
        """
        return self.uniform(0.0, 1.0, size, dtype)

    def uniform(
        self, low: float, high: float, size: Sequence[int], dtype: npt.DTypeLike = np.float32
    ) -> Array:
        """Uniform numbers in ``[low, high)``: ``u * (high - low) + low``, rounded once.

        Args:
            low, high: the bounds, ``low <= high``.
            size: the shape, a tuple of ints.
            dtype: float16, float32 or float64.

        Raises:
            RuntimeError: ``low > high``, bounds too far apart for `dtype`, or a negative size.
            NotImplementedError: `dtype` is not one of the three.

        Source: ``torch.Tensor.uniform_``.

        >>> Generator(5).uniform(-1, 1, (2,))
        array([ 0.66050375, -0.7477782 ], dtype=float32)
        """
        shape, dtype = check_size(size), _check_float(dtype, "check_uniform_bounds")
        if low > high:
            raise RuntimeError(
                f"uniform_ expects to return a [from, to) range, but found from={low} > to={high}"
            )
        if not high - low <= float(np.finfo(dtype).max):
            raise RuntimeError(
                f"uniform_ expects to-from to fit into {dtype}, got [{low}, {high})"
            )
        n = math.prod(shape)
        if dtype == np.float64:
            # Fractions are exact, and float() rounds once: what the processor's fused
            # multiply-add does.
            start, width = Fraction(low), Fraction(high - low)
            uniform = self._uniform(n, dtype).tolist()
            out = np.array([float(Fraction(u) * width + start) for u in uniform])
        else:
            first, width32 = np.float32(low), np.float32(high) - np.float32(low)
            out = _fma_exact(self._uniform(n, dtype), width32, first).astype(dtype)
        out[out == dtype.type(high)] = low  # rounding up may reach the bound that is excluded
        return out.reshape(shape)

    def randn(self, *size: int, dtype: npt.DTypeLike = np.float32) -> Array:
        """Normal numbers, mean 0, variance 1: `size` as ints or one tuple, `dtype` a float type.

        Two uniforms make two normals: ``sqrt(-2 ln(1 - u1))`` times cos and sin of ``2 pi u2``.

        Raises:
            RuntimeError: a negative size.
            NotImplementedError: not a float type.

        Source: ``torch.randn``; Box and Muller, "A Note on the Generation of Random Normal
        Deviates" (1958).

        >>> Generator(666).randn(10, 3)[0]
        array([-0.7747277 ,  0.79261494, -0.00617839], dtype=float32)
        """
        shape, dtype = check_size(size), _check_float(dtype, "normal_kernel_cpu")
        n = math.prod(shape)
        out = self._normal_fill(n, dtype) if n >= 16 else [self._normal() for _ in range(n)]
        return np.asarray(out, dtype).reshape(shape)

    def randint(self, low: int, high: int, size: Sequence[int]) -> Int64Array:
        """Whole numbers in ``low .. high - 1``, int64: ``low + word % (high - low)``.

        Raises:
            RuntimeError: ``low >= high``, or a negative size.

        Source: ``torch.randint``.

        >>> Generator(5).randint(0, 10, (4,))
        array([1, 4, 7, 5])
        """
        shape = check_size(size)
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
            )
        width, n = high - low, math.prod(shape)
        words = self._words64(n) if width >= 2**28 else self._engine.random_raw(n)
        return ((words % np.uint64(width)).astype(np.int64) + low).reshape(shape)

    def randperm(self, n: int) -> Int64Array:
        """The numbers ``0 .. n - 1`` in random order, int64, shape ``(n,)``.

        Position i changes places with one drawn from ``i .. n - 1``, from the left to the right.

        Raises:
            RuntimeError: n is negative.

        Source: ``torch.randperm``; Fisher and Yates, in the form of Durstenfeld (1964).

        >>> Generator(5).randperm(5)
        array([1, 3, 0, 4, 2])
        """
        (n,) = check_size((n,))
        out = list(range(n))
        for i, word in enumerate(self._engine.random_raw(max(n - 1, 0)).tolist()):
            j = i + word % (n - i)
            out[i], out[j] = out[j], out[i]
        return np.array(out, np.int64)

    def _words64(self, n: int) -> npt.NDArray[np.uint64]:
        words = self._engine.random_raw(2 * n)
        return (words[0::2] << np.uint64(32)) | words[1::2]

    def _uniform(self, n: int, dtype: np.dtype[Any]) -> Array:
        """n uniforms in ``[0, 1)``: float64 for float64, else float32."""
        if dtype == np.float64:
            return (self._words64(n) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53
        words = self._engine.random_raw(n) & np.uint64(2**24 - 1)
        return words.astype(np.float32) * np.float32(2.0**-24)

    def _normal(self) -> float:
        """One normal, in double. A pair costs two uniforms; the second one waits."""
        if self._kept is not None:
            value, self._kept = self._kept, None
            return value
        u2, u1 = self._uniform(2, np.dtype(np.float64)).tolist()  # here the angle is drawn first
        radius = math.sqrt(-2.0 * math.log1p(-u1))
        self._kept = radius * math.sin(2.0 * math.pi * u2)
        return radius * math.cos(2.0 * math.pi * u2)

    def _normal_fill(self, n: int, dtype: np.dtype[Any]) -> Array:
        """n >= 16 normals, made in blocks of 16 from 16 uniforms."""
        out = np.empty(n, dtype)
        whole = n - n % 16
        blocks = out[:whole].reshape(-1, 16)
        for piece in pieces(len(blocks), 16):
            uniform = self._uniform(blocks[piece].size, dtype)
            blocks[piece] = _box_muller(uniform).reshape(-1, 16)
        if n > whole:
            # What does not fill a block: torch draws a full block for the last 16 numbers. In
            # float32 and float64 it had drawn uniforms for the rest before, and drops them.
            if dtype != np.float16:
                self._uniform(n - whole, dtype)
            out[-16:] = _box_muller(self._uniform(16, dtype))
        return out


def manual_seed(seed: int) -> Generator:
    """Set the seed of the default generator, from which the layers draw, and return it.

    Raises:
        ValueError: `seed` does not fit into 64 bits.

    Source: ``torch.manual_seed``.

    >>> manual_seed(666).randn(2, 8)[0, :3]
    array([-0.7747277 ,  0.79261494, -0.00617839], dtype=float32)
    """
    return default_generator.manual_seed(int(seed))


def check_size(size: Sequence[int] | Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The shape that ``(2, 3)`` or ``((2, 3),)`` stands for.

    Raises:
        TypeError: a size is not an int. RuntimeError: a size is negative.

    >>> check_size(((2, 3),))
    (2, 3)
    """
    if len(size) == 1 and isinstance(size[0], Sequence):
        size = size[0]
    shape = tuple(operator.index(n) for n in size)  # type: ignore[arg-type]
    for n in shape:
        if n < 0:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {n}: {list(shape)}"
            )
    return shape


def _check_float(dtype: npt.DTypeLike, kernel: str) -> np.dtype[Any]:
    dtype = np.dtype(dtype)
    if dtype not in (np.float16, np.float32, np.float64):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype}'")
    return dtype


# --- float32 functions, bit for bit --------------------------------------------------------------
# torch uses vector instructions for log, sin and cos: the polynomials of the Cephes library
# (Moshier), with fused multiply-adds. The C library rounds differently in the last bit.

_LOG = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_LN2 = (np.float32(0.693359375), np.float32(-2.12194440e-4))  # ln 2 = their sum
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_PI_4 = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)  # pi / 4 = their sum


def _box_muller(uniform: Array) -> Array:
    """In each block of 16, entries j and j + 8 are u1 and u2, and become a pair of normals."""
    u1, u2 = 1 - uniform.reshape(-1, 2, 8)[:, 0], uniform.reshape(-1, 2, 8)[:, 1]
    if uniform.dtype == np.float32:
        log, (sin, cos) = _log(u1), _sin_cos(np.float32(2 * math.pi) * u2)
    else:
        # The C library's functions, one by one: NumPy's own differ in the last bit.
        theta = [2 * math.pi * u for u in u2.ravel().tolist()]
        log = np.array([math.log(u) for u in u1.ravel().tolist()]).reshape(u1.shape)
        sin = np.array([math.sin(t) for t in theta]).reshape(u1.shape)
        cos = np.array([math.cos(t) for t in theta]).reshape(u1.shape)
    radius = np.sqrt(-2 * log)
    return np.stack([radius * cos, radius * sin], axis=1).reshape(-1)


def _fma(a: Any, b: Any, c: Any) -> Float32Array:
    """``a * b + c`` for float32, rounded once: in double the product of two float32 is exact."""
    out: Float32Array = (np.multiply(a, b, dtype=np.float64) + c).astype(np.float32)
    return out


def _fma_exact(a: Any, b: Any, c: Any) -> Float32Array:
    """`_fma` also where the sum in double, itself rounded, falls between two float32.

    Rounding twice then goes wrong. The cure is to round to odd first: a sum that is not exact
    gets an odd last bit, and so is never halfway between two float32.
    """
    product = np.multiply(a, b, dtype=np.float64)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)  # what the sum lost (Knuth's TwoSum)
    nudge = (error != 0) & (total.view(np.int64) % 2 == 0)
    total[nudge] = np.nextafter(total[nudge], np.copysign(np.inf, error[nudge]))
    out: Float32Array = total.astype(np.float32)
    return out


def _polynomial(coefficients: Sequence[float], x: Float32Array) -> Float32Array:
    out = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        out = _fma(out, x, np.float32(c))
    return out


def _log(x: Float32Array) -> Float32Array:
    """ln x for x in (0, 1]: with x = m * 2**e, it is ln m + e ln 2, and m is near 1."""
    m, exponent = np.frexp(x)
    small = m < np.float32(math.sqrt(0.5))
    e = (exponent - small).astype(np.float32)
    m = np.where(small, (m - 1) + m, m - 1)
    z = m * m
    y = _polynomial(_LOG, m) * m
    y = _fma(z, np.float32(-0.5), _fma(y, z, e * _LN2[1]))
    return _fma(e, _LN2[0], m + y)


def _sin_cos(x: Float32Array) -> tuple[Float32Array, Float32Array]:
    """sin x and cos x for x >= 0: x = k pi/4 + r with k even, then a polynomial in r."""
    k = ((x * np.float32(4 / math.pi)).astype(np.int32) + 1) & ~1
    for part in _PI_4:
        x = _fma(k.astype(np.float32), -np.float32(part), x)
    z = x * x
    cos = _fma(_polynomial(_COS, z) * z, z, z * np.float32(-0.5)) + np.float32(1)
    sin = _fma(_polynomial(_SIN, z) * z, x, x)
    swap = (k & 2) != 0  # an odd number of quarter turns
    sin, cos = np.where(swap, cos, sin), np.where(swap, sin, cos)
    return np.where(k & 4, -sin, sin), np.where((k + 2) & 4, -cos, cos)


default_generator = Generator(secrets.randbits(64))
"""The generator from which the layers draw; seeded by chance until `manual_seed` is called."""
