"""Indirect standardisation: what a unit's own mix of cases would give at everybody's rates, and how far the unit is from that (H1, trap T1).

An O/E ratio compares a unit with the reference, not two units with each other: their mixes differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.statistics.poisson import Method, count_limits

MIN_REFERENCE = 30
_RESULT = ["cases", "observed", "expected", "variance", "pooled_share", "crude", "reference", "ratio", "ratio_low", "ratio_high",
           "adjusted", "adjusted_low", "adjusted_high", "sign_reverses"]  # fmt: skip


def standardise(
    frame: pl.DataFrame, unit: str, levels: Sequence[Sequence[str]], reference: pl.DataFrame | None = None, method: Method = "exact"
) -> pl.DataFrame:
    """One row per unit with O, E, O/E and its limits, crude and adjusted rate.

    `frame` has a row per unit and stratum with `cases` and `events`. `levels` are the strata from fine to coarse, each a list of columns of
    `frame` (the finest holding all that are used); the whole reference stands behind the last. `reference` (default: `frame` itself) has the
    same columns. `variance` is Σ n·p·(1−p), what O varies by when the unit works exactly at everybody's rates.
    """
    everybody = frame if reference is None else reference
    finest = list(levels[0])
    rates = reference_rates(everybody, frame.select(finest).unique(), levels)
    strata = frame.lazy().group_by([unit, *finest]).agg(pl.col("cases", "events").sum())
    by_unit = strata.join(rates.lazy(), on=finest, how="left", nulls_equal=True).group_by(unit).agg(
        pl.col("cases").sum(),
        pl.col("events").sum().alias("observed"),
        (pl.col("cases") * pl.col("rate")).sum().alias("expected"),
        (pl.col("cases") * pl.col("rate") * (1 - pl.col("rate"))).sum().alias("variance"),
        (pl.col("cases") * (pl.col("level") > 0)).sum().alias("pooled_share"),
    )  # fmt: skip
    return _compared(by_unit.collect(), _overall(everybody), method).select(unit, *_RESULT).sort(unit).collect()


def reference_rates(
    reference: pl.DataFrame, wanted: pl.DataFrame, levels: Sequence[Sequence[str]], least: int = MIN_REFERENCE
) -> pl.DataFrame:
    """The reference rate of every stratum, and the `level` that it was taken from (0 = its own; len(levels) = the whole reference).

    Strata with fewer than `least` reference cases are pooled among themselves one level up, and again, until a pool is large enough; large
    strata keep their own rate, so that O and E of the reference agree in total (but for what only the whole reference could answer).
    """
    finest = list(levels[0])
    left: dict[tuple, tuple[int, int]] = dict.fromkeys(wanted.select(finest).iter_rows(), (0, 0))
    for *stratum, cases, events in reference.select(*finest, "cases", "events").iter_rows():
        left[tuple(stratum)] = _added(left.get(tuple(stratum), (0, 0)), (cases, events))
    taken: list[tuple] = []
    for number, columns in enumerate(levels):
        pool_of = {stratum: tuple(value for name, value in zip(finest, stratum, strict=True) if name in columns) for stratum in left}
        pools: dict[tuple, tuple[int, int]] = {}
        for stratum, counts in left.items():
            pools[pool_of[stratum]] = _added(pools.get(pool_of[stratum], (0, 0)), counts)
        rates = {pool: events / cases for pool, (cases, events) in pools.items() if cases >= least}
        taken += [(*stratum, rates[pool], number) for stratum, pool in pool_of.items() if pool in rates]
        left = {stratum: counts for stratum, counts in left.items() if pool_of[stratum] not in rates}
    taken += [(*stratum, _overall(reference), len(levels)) for stratum in left]
    schema = {**{name: wanted.schema[name] for name in finest}, "rate": pl.Float64(), "level": pl.Int32()}
    return pl.DataFrame(taken, schema=schema, orient="row")


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _overall(reference: pl.DataFrame) -> float:
    cases, events = float(reference["cases"].sum()), float(reference["events"].sum())
    if not cases:
        raise ValueError("The reference has no cases, so nothing can be expected from it; give a period that has some.")
    return events / cases


def _compared(by_unit: pl.DataFrame, overall: float, method: Method) -> pl.LazyFrame:
    low, high = count_limits(by_unit["observed"].to_numpy(), by_unit["cases"].to_numpy(), method)
    counts = {"ratio": pl.col("observed"), "ratio_low": pl.lit(pl.Series(low)), "ratio_high": pl.lit(pl.Series(high))}
    compared = by_unit.lazy().with_columns(
        pl.when(pl.col("cases") > 0).then(pl.col("pooled_share") / pl.col("cases")).alias("pooled_share"),
        pl.when(pl.col("cases") > 0).then(pl.col("observed") / pl.col("cases")).alias("crude"),
        pl.lit(overall).alias("reference"),
        *(pl.when(pl.col("expected") > 0).then(count / pl.col("expected")).alias(name) for name, count in counts.items()),
    )
    return compared.with_columns(*(_adjusted(name, overall, method) for name in ("", "_low", "_high")), _reverses(overall))


def _adjusted(name: str, overall: float, method: Method) -> pl.Expr:
    """Ratio × reference rate; as a share of cases it stops at 1, which no share can pass."""
    rate = pl.col(f"ratio{name}") * overall
    return (rate.clip(upper_bound=1.0) if method == "binomial" else rate).alias(f"adjusted{name}")


def _reverses(overall: float) -> pl.Expr:
    """Simpson: better than the reference before adjustment and worse after it, or the other way round."""
    crude, adjusted = pl.col("crude") - overall, pl.col("ratio") - 1
    return ((crude.sign() * adjusted.sign()) < 0).fill_null(False).alias("sign_reverses")
