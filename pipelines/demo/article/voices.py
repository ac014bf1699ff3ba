"""Rows of the ratings feed: few answer, the unhappy more often; where nobody answers at a window the device may write its default."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.article.cases import NOT_ACCEPTED, REFUSED, Cases, after_last
from pipelines.demo.article.stage import CHANNELS
from pipelines.demo.streams import pick
from pipelines.demo.writing import instant, lookup, numbered, words


def ratings(cases: Cases, person: pl.Series) -> pl.DataFrame:
    """One rating of some of the completed cases."""
    rng, habits, n = cases.batch.rng("ratings"), cases.batch.flow.habits, len(cases)
    spec, bad = habits["rating"], _bad_chance(cases, habits["bad"])
    share = spec["active"] * np.where(bad > 2.5 * habits["bad"]["base"], spec["active_if_unhappy"], 1.0)
    active = rng.random(n) < share
    default = ~active & cases.is_window & (rng.random(n) < spec["default"])
    good = np.array(list(habits["grades"]))[pick(rng, np.array(list(habits["grades"].values())), n)]
    grade = np.where(rng.random(n) < bad, np.where(rng.random(n) < 0.4, 1, 2), good)
    grade = np.where(default, spec["default_grade"], grade)
    at = cases.at["ended"] + rng.integers(20, 150, n) + np.where(cases.is_window, 0, rng.integers(0, 2 * 86400, n))
    row = np.flatnonzero((active | default) & ~after_last(at, cases.batch.flow.stage.town.last))
    frame = {
        "rating_id": numbered(f"R-{cases.batch.label.upper()}-", 1, len(row), 7), "case_id": cases.ids[row], "rating_no": pl.repeat(1, len(row), eager=True),
        "grade": pl.Series(grade[row].astype(np.int64)), "is_default": words(("false", "true"), default[row].astype(int)),
        "rated_at": instant(at[row]), "channel": words(CHANNELS, cases.channel[row]),
        "rater_key": lookup(person, np.where(rng.random(len(row)) < spec["names_person"], row, -1)), "validity": pl.repeat("valid", len(row), eager=True),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _bad_chance(cases: Cases, spec: dict[str, float]) -> np.ndarray:
    """A small base, and reasons to complain."""
    long_wait = cases.is_window & (cases.at["wait"] > 1200)
    unexpected = cases.is_checked & (cases.batch.flow.stage.of("visits_max")[cases.item] == 0)
    refused = (cases.outcome == REFUSED) | (cases.outcome == NOT_ACCEPTED)
    reasons = spec["wait_over_20"] * long_wait + spec["late"] * cases.is_late + spec["supplement"] * (cases.pause_days > 0)
    return spec["base"] + reasons + spec["extra_visit"] * unexpected + spec["refused"] * refused
