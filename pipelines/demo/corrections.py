"""Corrections: what a sending system sends again later — corrected, by mistake twice, or to take it back."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.city import City

_MOVED = ("delivered",)  # the last event of a case: its time may be corrected without breaking the order of things
REQUIRED = ("event_id", "case_id", "event_type", "occurred_at", "channel")


def corrections(city: City, start: int, sent: pl.DataFrame) -> pl.DataFrame:
    """Choose among a month's events (already sent) those that come again in a later file: `source_version` and `deleted` say how."""
    spec, rng = city.model["corrections"], city.rng("corrections", start)
    taken_back = _test_cases(sent, rng, spec["retracted_case"])
    kept = sent.filter(~pl.col("case_id").is_in(taken_back.implode()))
    drawn = pl.Series(rng.random(kept.height))
    corrected = kept.filter(drawn < spec["event"]).with_columns(
        pl.when(pl.col("event_type").is_in(_MOVED)).then(pl.col("occurred_at").dt.offset_by("4m")).otherwise(pl.col("occurred_at")).alias("occurred_at"),
        pl.col("reason").fill_null("corrected"), source_version=pl.lit(2), deleted=pl.lit(None, pl.Boolean),
    )  # fmt: skip
    twice = kept.filter((drawn > 0.5) & (drawn < 0.5 + spec["duplicate"])).with_columns(
        source_version=pl.lit(1), deleted=pl.lit(None, pl.Boolean)
    )
    back = sent.filter(pl.col("case_id").is_in(taken_back.implode())).select(*REQUIRED, source_version=pl.lit(2), deleted=pl.lit(True))
    return pl.concat([corrected, twice, back], how="diagonal").sort("occurred_at", "event_id")


def _test_cases(sent: pl.DataFrame, rng: np.random.Generator, share: float) -> pl.Series:
    """Cases of staff trying out the system: young ones, all of whose events lie in this month's file."""
    ends = [pl.col("event_id").str.ends_with("-01").any() & (pl.col("event_type") == "delivered").any()]
    whole = sent.group_by("case_id", maintain_order=True).agg(pl.all_horizontal(ends).alias("is_whole"))
    whole = whole.filter("is_whole")["case_id"].sort()
    return whole.filter(pl.Series(rng.random(len(whole)) < share))
