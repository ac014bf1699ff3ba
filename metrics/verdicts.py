"""Verdicts on many rows of sums at once, as columns of an answer: a page asks for thousands of them.

judge.py says the same of one row; the two are tested against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from metrics.intervals import Z
from metrics.judge import COUNTS
from metrics.spec import Form
from metrics.states import FLOOR, INSUFFICIENT_N, NOT_APPLICABLE, NOT_PROVIDED, NOT_YET_COMPLETE, VALUE

FIELDS = ("value", "state", "numerator", "denominator", "n", "low", "high")
ROLES = ("numerator", "denominator", "n", "squares", "bound")

Columns = Mapping[str, Sequence[Any]]
Numbers = NDArray[np.float64]
Band = tuple[Numbers, Numbers]


def columns_of(rows: Sequence[Mapping[str, Any]], by: Iterable[str]) -> Columns:
    """Rows of an answer as its columns."""
    return {name: [row[name] for row in rows] for name in (*by, *FIELDS)}


def withheld(state: str, count: int) -> dict[str, Sequence[Any]]:
    """The columns of rows that no sum can answer."""
    columns: dict[str, Sequence[Any]] = {name: [None] * count for name in FIELDS}
    return {**columns, "state": [state] * count, "n": [0] * count}


def judge_survivals(value: Sequence, low: Sequence, high: Sequence, n: Sequence[int]) -> Columns:
    """The columns of quantiles of survival times."""
    states = [_reached(one, count) for one, count in zip(value, n, strict=True)]
    return withheld(VALUE, len(n)) | {"value": value, "state": states, "n": n, "low": low, "high": high}


def _reached(value: float | None, n: int) -> str:
    if n == 0:
        return NOT_APPLICABLE
    return NOT_YET_COMPLETE if value is None else VALUE


def judge_all(form: Form, sums: Mapping[str, Sequence], zero_is_missing_above: int = 0) -> Columns:
    """The columns of counts, ratios or means, from their sums by role."""
    return _counted(form, sums) if form.kind in COUNTS else _divided(form, sums, zero_is_missing_above)


def _counted(form: Form, sums: Mapping[str, Sequence]) -> Columns:
    numerator, n = sums["numerator"], sums["n"]
    is_known = [not form.missing_without_n or count != 0 for count in n]
    found = withheld(NOT_PROVIDED, len(n)) | {"numerator": numerator, "n": n, "value": _shown(numerator, is_known)}
    found["state"] = [VALUE if known else NOT_PROVIDED for known in is_known]
    return found | ({"denominator": sums["denominator"]} if "denominator" in sums else {})


def _divided(form: Form, sums: Mapping[str, Sequence], zero_is_missing_above: int) -> Columns:
    known = {role: np.array(sums[role] if role in sums else [0] * len(sums["n"]), dtype=float) for role in ROLES}
    states = _states(form, known, zero_is_missing_above)
    has_value, has_sums = states == VALUE, ~_is_gap(known, zero_is_missing_above)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = _band(form, known)
        value = _value(form, known)
    numerator, denominator = _kept(form, sums, has_value)
    return {
        "value": _shown(value.tolist(), has_value), "state": states.tolist(),
        "numerator": _shown(numerator, has_sums), "denominator": _shown(denominator, has_sums), "n": sums["n"],
        "low": _shown(low.tolist(), has_value & ~np.isnan(low)), "high": _shown(high.tolist(), has_value & ~np.isnan(high)),
    }  # fmt: skip


def _states(form: Form, known: dict[str, Numbers], zero_is_missing_above: int) -> NDArray[np.str_]:
    """The first that holds, in the order of `judge`."""
    denominator, n = known["denominator"], known["n"]
    floored = n if form.interval == "wilson_weighted" else denominator
    reasons = {
        "nobody": (form.missing_without_n & (n == 0), NOT_PROVIDED),
        "gap": (_is_gap(known, zero_is_missing_above), NOT_PROVIDED),
        "nothing": (~(denominator > 0) | (n == 0), NOT_APPLICABLE),
        "few": (form.has_floor & (floored < FLOOR), INSUFFICIENT_N),
    }
    holds, states = zip(*reasons.values(), strict=True)
    return np.select(holds, states, VALUE)


def _is_gap(known: dict[str, Numbers], above: int) -> NDArray[np.bool_]:
    """None among so many: nobody kept count."""
    return (above > 0) & (known["n"] > above) & (known["numerator"] == 0)


def _kept(form: Form, sums: Mapping[str, Sequence], has_value: NDArray[np.bool_]) -> tuple[list, list]:
    """Numerator and denominator as the answer shows them."""
    pairs = list(zip(sums["numerator"], (one or 0 for one in sums["denominator"]), strict=True))
    if form.kind == "design_effect":
        rows = zip(pairs, sums["n"], has_value, strict=True)
        pairs = [(n * total, weight * weight) if shown else (total, weight) for (total, weight), n, shown in rows]
    return [numerator for numerator, _ in pairs], [denominator for _, denominator in pairs]


def _value(form: Form, known: dict[str, Numbers]) -> Numbers:
    if form.kind == "design_effect":
        return known["n"] * known["numerator"] / (known["denominator"] * known["denominator"])
    quotient = known["numerator"] / known["denominator"]
    return form.scale * (1 - quotient if form.complement else quotient)


def _band(form: Form, known: dict[str, Numbers]) -> Band:
    """95 % intervals; not a number where there is none."""
    numerator, denominator = known["numerator"], known["denominator"]
    if form.kind == "design_effect":
        return _none(denominator)
    if form.interval == "wilson":
        low, high = _wilson(numerator, denominator)
        return form.scale * low, form.scale * high
    if form.interval == "wilson_weighted":
        effective = np.where(known["squares"] > 0, denominator * denominator / known["squares"], 0.0)
        return _wilson(numerator / denominator * effective, effective)
    if form.interval == "t":
        return _student_t(known["n"], numerator, known["squares"])
    if form.interval == "bounds":
        ends = numerator / denominator, known["bound"] / denominator
        return np.minimum(*ends), np.maximum(*ends)
    return _none(denominator)


def _wilson(successes: Numbers, trials: Numbers) -> Band:
    share, z2 = successes / trials, Z * Z
    centre = share + z2 / (2 * trials)
    half = Z * np.sqrt(np.maximum(0.0, share * (1 - share) / trials + z2 / (4 * trials * trials)))
    scale, unknown = 1 + z2 / trials, trials <= 0
    low = np.where(successes == 0, 0.0, (centre - half) / scale)
    high = np.where(successes < trials, (centre + half) / scale, 1.0)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def _student_t(n: Numbers, total: Numbers, squares: Numbers) -> Band:
    mean = total / n
    variance = np.maximum(0.0, (squares - total * mean) / (n - 1))
    half = np.where(n < 2, np.nan, stdtrit(n - 1, 0.975) * np.sqrt(variance / n))
    return mean - half, mean + half


def _none(like: Numbers) -> Band:
    return np.full_like(like, np.nan), np.full_like(like, np.nan)


def _shown(values: Iterable[Any], shown: Iterable[Any]) -> list[Any]:
    return [value if known else None for value, known in zip(values, shown, strict=True)]
