"""Random streams: each purpose (and month) draws from a generator of its own, so that one part of the demo never disturbs another."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return the generator of one purpose; the same seed and names give the same numbers."""
    words = [zlib.crc32(str(name).encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def lognormal(rng: np.random.Generator, spec: dict[str, float], size: int) -> np.ndarray:
    """Draw from the log-normal distribution that a model gives as {median, sigma}."""
    return spec["median"] * np.exp(spec["sigma"] * rng.standard_normal(size))


def pick(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Draw positions in proportion to weights."""
    return pick_at(rng.random(size), weights)


def pick_at(u: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Turn uniform numbers into positions in proportion to weights."""
    total = np.cumsum(np.asarray(weights, dtype=float))
    return np.minimum(np.searchsorted(total, u * total[-1], side="right"), len(total) - 1)


def pick_rows(u: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Turn one uniform number per row into a column, in proportion to that row's weights."""
    total = np.cumsum(weights, axis=1)
    return np.minimum((total <= (u * total[:, -1])[:, None]).sum(axis=1), weights.shape[1] - 1)
