"""Rows of the sessions and payments feeds: sessions behind online cases, uses of machines and apps, calls; fees paid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.demo.article.cases import Cases, after_last
from pipelines.demo.article.flow import apportioned
from pipelines.demo.article.stage import CHANNELS, Stage
from pipelines.demo.article.town import Spec
from pipelines.demo.days import DAY, number
from pipelines.demo.streams import pick
from pipelines.demo.writing import instant, lookup, numbered, words

REACHED = ("view", "start", "submit", "outcome")


def sessions(cases: Cases, person: pl.Series) -> pl.DataFrame:
    """Sessions of web and WeChat: those of the applications, and those that ended before. Machines and apps count their own (`traffic`)."""
    rng, spec, stage = cases.batch.rng("sessions"), cases.batch.flow.habits["session"], cases.batch.flow.stage
    own = np.flatnonzero(
        np.isin(cases.channel, [CHANNELS.index("web"), CHANNELS.index("wechat")]) & ~after_last(cases.at["applied"], stage.town.last)
    )
    lost, seen = own[rng.random(len(own)) < spec["abandoned"]], own[rng.random(len(own)) < spec["views"]]
    row = np.concatenate([own, lost, seen])
    reached = np.repeat([3, 1, 0], [len(own), len(lost), len(seen)])
    n = len(row)
    length = np.maximum(rng.gamma(2.2, spec["minutes"] * 60 / 2.2, n) * np.array([0.25, 0.5, 1, 1])[reached], 5).astype(np.int64)
    ended = cases.at["applied"][row] - np.where(reached < 3, rng.integers(600, 4 * DAY, n), 0)
    frame = {
        "session_id": numbered(f"S-{cases.batch.label.upper()}-", 1, n, 7), "channel": words(CHANNELS, cases.channel[row]), "account_key": person[row],
        "item_id": lookup(stage.item_ids, cases.item[row]), "started_at": instant(ended - length), "ended_at": instant(ended),
        "hits": pl.Series(1 + rng.poisson(spec["hits"], n)), "reached": words(REACHED, reached),
        "case_id": lookup(cases.ids, np.where(reached == 3, row, -1)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def payments(cases: Cases) -> pl.DataFrame:
    """Fees of cases whose item has one, paid when it is accepted."""
    rng, stage, habits = cases.batch.rng("payments"), cases.batch.flow.stage, cases.batch.flow.habits
    fee = stage.of("has_fee")[cases.item] & ~after_last(cases.at["accepted"], stage.town.last) & (cases.outcome < 2)
    row = np.flatnonzero(fee)
    methods = {name: list(shares) for name, shares in habits["methods"].items()}
    chosen = {name: pick(rng, np.array(list(habits["methods"][name].values())), len(row)) for name in methods}
    desk, online = words(methods["window"], chosen["window"]), words(methods["online"], chosen["online"])
    at = np.maximum(cases.at["accepted"][row] - 20, 0)
    frame = {
        "payment_id": "PAY-" + cases.ids[row], "case_id": cases.ids[row], "item_id": lookup(stage.item_ids, cases.item[row]),
        "amount": pl.Series(np.array(habits["yuan"])[rng.integers(0, len(habits["yuan"]), len(row))]), "method": desk.zip_with(pl.Series(cases.is_window[row]), online),
        "channel": words(CHANNELS, cases.channel[row]), "requested_at": instant(at - 60), "paid_at": instant(at), "status": pl.repeat("paid", len(row), eager=True),
    }  # fmt: skip
    return pl.DataFrame(frame)


def traffic(stage: Stage) -> Iterator[tuple[str, pl.DataFrame]]:
    """Sessions that the YAML counts: uses of machines, an app's sessions with their clicks, calls to the hotline by purpose."""
    for name, spec in stage.town["traffic"].items():
        yield name, _traffic(stage, name, spec)


def _traffic(stage: Stage, name: str, spec: Spec) -> pl.DataFrame:
    town, rng = stage.town, stage.town.rng("traffic", name)
    n = town.volume(spec["sessions"])
    day = rng.integers(number(spec["from"]), number(spec["to"]), n)
    began = day * DAY + np.clip(rng.normal(13.5, 3.2, n), 0.2, 23.5) * 3600
    items = np.array([at for at, item in enumerate(stage.items) if _fits(item, spec)])
    chosen = items[pick(rng, np.array([stage.items[at]["demand"] for at in items]), n)] if len(items) else np.full(n, -1)
    seconds = np.array(
        [stage.items[at].get("terminal_seconds", spec["seconds"]) for at in chosen] if n and len(items) else [spec["seconds"]] * n
    )
    length = np.maximum(rng.gamma(6.0, 1 / 6.0, n) * seconds, 4).astype(np.int64)
    reached, purposes = spec.get("reached", {"submit": 1.0}), spec.get("purposes", {})
    frame = {
        "session_id": numbered(f"S-{name.upper()}-", 1, n, 7), "channel": pl.repeat(spec["channel"], n, eager=True), "point_id": _machines(stage, spec, rng, n),
        "account_key": "P" + pl.Series(rng.integers(1, max(town.account_holders, 50), n)).cast(pl.String).str.zfill(8),
        "item_id": lookup(stage.item_ids, chosen), "started_at": instant(began), "ended_at": instant(began.astype(np.int64) + length),
        "hits": pl.Series(_hits(town.volume(spec["hits"]) if "hits" in spec else n, n, rng)),
        "reached": words(list(reached), pick(rng, np.array(list(reached.values())), n)),
        "purpose": words(list(purposes), pick(rng, np.array(list(purposes.values())), n)) if purposes else lookup(pl.Series([""]), np.full(n, -1)),
    }  # fmt: skip
    return pl.DataFrame(frame).sort("started_at", "session_id")


def _fits(item: Spec, spec: Spec) -> bool:
    return item["group"] in spec["items"] and item["at"] < spec.get("first", 10**9)


def _hits(total: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Split so many clicks over sessions, at least one each."""
    return 1 + apportioned(max(total - n, 0), rng.gamma(1.5, 1.0, n)) if n else np.zeros(0, dtype=np.int64)


def _machines(stage: Stage, spec: Spec, rng: np.random.Generator, n: int) -> pl.Series:
    """A machine that stands there by the first day of the count, where the channel is terminals."""
    if spec["channel"] != "terminal":
        return lookup(pl.Series([""]), np.full(n, -1))
    live = stage.points.filter((pl.col("kind") == "terminal") & ~pl.col("planned") & (pl.col("commissioned_on") <= str(spec["from"])))[
        "point_id"
    ]
    return lookup(live, rng.integers(0, len(live), n))
