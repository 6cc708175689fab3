"""Keyed counter randomness: every value is a function of (seed, stream, id).

A stream is a name such as ``"type-2-diabetes.onset"``; an id is a 64-bit number of the thing
that the value belongs to. The same seed, stream and id give the same value on any machine, in
any order, for any part of the ids. Stream names are a contract: a new name is new data.

The mixing function is the finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014, with
the constants of Stafford's variant 13) over ``id * G + key``; the key is a hash of the name,
so that two streams are not shifted copies of one another.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from math import ceil
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    U64 = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
ONE32 = float(2**32)


@lru_cache(maxsize=65536)
def key(seed: int, stream: str) -> np.uint64:
    """Return the 64-bit key of a stream."""
    digest = blake2b(f"{seed}|{stream}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def spread(ids: NDArray[np.int64] | U64) -> U64:
    """Return ``ids * G``, shape (n,): the part of a draw that all streams share."""
    return ids.astype(np.uint64) * GOLDEN


def mix(key: np.uint64 | U64, base: U64) -> U64:
    """Return 64 random bits for each spread id, shape (n,)."""
    z = base + key
    t = z >> _S30
    z ^= t
    z *= _M1
    np.right_shift(z, _S27, out=t)
    z ^= t
    z *= _M2
    np.right_shift(z, _S31, out=t)
    z ^= t
    return z


def below(bits: U64, limit: int) -> NDArray[np.bool_]:
    """Return whether the high 32 of 64 random bits are below ``limit``."""
    if limit >= 1 << 32:
        return np.ones(len(bits), bool)
    return bits < np.uint64(limit << 32)


class Draws:
    """Random values for one array of ids: one per id and stream.

    Parameters
    ----------
    seed
        The scenario's seed.
    ids
        Whom the values are for, shape (n,), not negative.
    """

    def __init__(self, seed: int, ids: NDArray[np.int64]) -> None:
        self.seed = seed
        self.base = spread(ids)

    def __len__(self) -> int:
        return len(self.base)

    def take(self, index: NDArray[np.intp]) -> Draws:
        """Return the draws of some of the ids."""
        part = object.__new__(Draws)
        part.seed, part.base = self.seed, self.base[index]
        return part

    def join(self, other: Draws) -> Draws:
        """Return the draws of these ids and then of others."""
        both = object.__new__(Draws)
        both.seed, both.base = self.seed, np.concatenate([self.base, other.base])
        return both

    def bits(self, stream: str) -> U64:
        """Return 64 random bits an id."""
        return mix(key(self.seed, stream), self.base)

    def each(self, keys: U64) -> Streams:
        """Return draws whose stream differs from id to id."""
        return Streams(keys, self.base)

    def u32(self, stream: str) -> NDArray[np.uint32]:
        """Return the high 32 bits, uniform on [0, 2**32)."""
        return (self.bits(stream) >> np.uint64(32)).astype(np.uint32)

    def below(self, stream: str, limit: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return whole numbers uniform on [0, limit), limit below 2**31."""
        high = self.bits(stream) >> np.uint64(32)
        return ((high * np.asarray(limit).astype(np.uint64)) >> np.uint64(32)).astype(np.int64)

    def between(
        self, stream: str, low: int | NDArray[np.int64], high: int | NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return whole numbers uniform on [low, high], both ends included."""
        return np.asarray(low) + self.below(stream, np.asarray(high) - np.asarray(low) + 1)

    def chance(self, stream: str, p: float | NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return True with probability ``p``."""
        if isinstance(p, float | int):
            return below(self.bits(stream), ceil(p * ONE32))
        return self.u32(stream) < p * ONE32

    def choice(self, stream: str, weights: Sequence[float]) -> NDArray[np.uint8]:
        """Return an index into ``weights``, in proportion to them (steps of 1/65,536)."""
        slots = (self.bits(stream) >> np.uint64(48)).astype(np.intp)
        return weight_table(tuple(weights))[slots]

    def z(self, stream: str) -> NDArray[np.int32]:
        """Return standard normal values in units of 1/4,096, cut at about ±4.2."""
        return z_table()[(self.bits(stream) >> np.uint64(48)).astype(np.intp)]


class Streams:
    """Random values where each id has a stream of its own, given by key."""

    def __init__(self, keys: U64, base: U64) -> None:
        self._bits = mix(keys, base)

    def slot(self) -> NDArray[np.intp]:
        """Return the high 16 bits, an index into a table of 65,536."""
        return (self._bits >> np.uint64(48)).astype(np.intp)

    def below(self, limit: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return whole numbers uniform on [0, limit), limit below 2**31."""
        high = self._bits >> np.uint64(32)
        return ((high * np.asarray(limit).astype(np.uint64)) >> np.uint64(32)).astype(np.int64)

    def chance(self, p: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return True with probability ``p``."""
        return (self._bits >> np.uint64(32)) < (p * ONE32)


def keys(seed: int, streams: Sequence[str]) -> U64:
    """Return the keys of several streams, shape (s,)."""
    return np.array([key(seed, s) for s in streams], dtype=np.uint64)


@cache
def z_table() -> NDArray[np.int32]:
    """Return the normal quantiles at the middle of 65,536 equal slots, times 4,096."""
    normal = NormalDist()
    upper = [round(normal.inv_cdf(0.5 + (i + 0.5) / 65536) * 4096) for i in range(32768)]
    return np.array([-v for v in reversed(upper)] + upper, dtype=np.int32)


@lru_cache(maxsize=4096)
def weight_table(weights: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return the inverse of a cumulative distribution in 65,536 slots."""
    total = sum(weights)
    table = np.empty(65536, dtype=np.uint8)
    done, start = 0.0, 0
    for index, weight in enumerate(weights):
        done += weight
        end = round(65536 * done / total)
        table[start:end] = index
        start = end
    return table
