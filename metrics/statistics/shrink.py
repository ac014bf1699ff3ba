"""Lists of extremes: empirical Bayes shrinkage, so that the smallest units don't head every list by luck (T3).

Each unit's share is drawn from a beta distribution that all units have in common, fitted to them by maximum likelihood; what is listed is
the unit's posterior mean. A unit with few cases is pulled far towards the common mean, one with many hardly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.special import betaln
from scipy.stats import beta

MIN_UNITS = 3
MAX_WEIGHT = 1e6  # a prior worth more cases than this: the units do not differ


@dataclass(frozen=True)
class Prior:
    """The common distribution: its mean, and the number of cases that it is worth."""

    mean: float
    weight: float

    @property
    def alpha(self) -> float:
        """First parameter of the beta distribution."""
        return self.mean * self.weight

    @property
    def beta(self) -> float:
        """Second parameter of the beta distribution."""
        return (1 - self.mean) * self.weight


def shrink(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `shrunk`, its 95 % credible interval `shrunk_low` and `shrunk_high`, and `own_weight` (0: all common, 1: all its own) to rows of `events` among `cases`."""
    prior = common_prior(frame)
    events, cases = frame["events"].to_numpy().astype(float), frame["cases"].to_numpy().astype(float)
    alpha, rest = prior.alpha + events, prior.beta + cases - events
    low, high = (beta.ppf(tail, alpha, rest) for tail in (0.025, 0.975))
    columns = {"shrunk": alpha / (alpha + rest), "shrunk_low": low, "shrunk_high": high, "own_weight": cases / (cases + prior.weight)}
    return frame.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items())


def common_prior(frame: pl.DataFrame) -> Prior:
    """The beta distribution under which the units' counts are likeliest; where they differ no more than by chance, its weight is at the cap."""
    known = frame.filter(pl.col("cases") > 0)
    events, cases = known["events"].to_numpy().astype(float), known["cases"].to_numpy().astype(float)
    if len(known) < MIN_UNITS or not 0 < events.sum() < cases.sum():
        raise ValueError(
            "Shrinkage needs three units with cases, and both events and non-events among them; show the plain shares with their intervals instead."
        )
    start = float(events.sum() / cases.sum())
    weights = np.log([2.0, 20.0, 200.0, 20_000.0])
    fits = [minimize(_surprise, (np.log(start / (1 - start)), weight), args=(events, cases), method="Nelder-Mead") for weight in weights]
    logit, log_weight = min(fits, key=lambda fit: float(fit.fun)).x
    return Prior(float(1 / (1 + np.exp(-logit))), float(np.exp(min(log_weight, np.log(MAX_WEIGHT)))))


def _surprise(point: np.ndarray, events: np.ndarray, cases: np.ndarray) -> float:
    """Minus the beta-binomial log likelihood at (logit of the mean, log of the weight), without its constant."""
    mean, weight = 1 / (1 + np.exp(-point[0])), np.exp(min(point[1], np.log(MAX_WEIGHT)))
    alpha, rest = max(mean * weight, 1e-12), max((1 - mean) * weight, 1e-12)
    return float(-np.sum(betaln(alpha + events, rest + cases - events) - betaln(alpha, rest)))
