"""Rows of the queue_tickets and appointments feeds: one ticket per visit to a window, those given up, and people who only ask."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.article.cases import Cases, after_last
from pipelines.demo.writing import instant, lookup, numbered, words

STATUS = ("served", "left", "no_show")
LED_BY = ("web", "app", "wechat", "hotline")


def tickets(cases: Cases, person: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tickets of a batch and the appointments behind some of them."""
    rng, habits, stage = cases.batch.rng("tickets"), cases.batch.flow.habits, cases.batch.flow.stage
    own = np.flatnonzero(cases.is_window & ~cases.is_twin & ~after_last(cases.at["finished"], stage.town.last))
    if not len(own):
        return pl.DataFrame(), pl.DataFrame()
    extra = {
        name: rng.choice(own, round(len(own) * share)) for name, share in (("asks", habits["other_visitors"]), *habits["gave_up"].items())
    }
    row = np.concatenate([own, *extra.values()])
    status = np.repeat([0, 0, 1, 2], [len(own), *(len(rows) for rows in extra.values())])
    shift = np.where(np.arange(len(row)) < len(own), 0, rng.integers(30, 1500, len(row)))
    frame = _tickets(cases, person, (row, status, shift), len(own))
    return frame, _appointments(cases, person, frame, (row, status, shift), len(own))


def _tickets(cases: Cases, person: pl.Series, which: tuple[np.ndarray, np.ndarray, np.ndarray], own: int) -> pl.DataFrame:
    (row, status, shift), rng, n = which, cases.batch.rng("ticket details"), len(which[0])
    stage, habits, first = cases.batch.flow.stage, cases.batch.flow.habits, np.arange(n) < own
    booked = cases.at["booked"][row] & first
    issued, called = cases.at["applied"][row] + shift, cases.at["called"][row] + shift
    patience = np.maximum(cases.at["wait"][row] * rng.uniform(0.4, 1.2, n), 120).astype(np.int64)
    gone = np.where(status == 1, issued + patience, called + 60)
    site = cases.site[row]
    window = 1 + (rng.random(n) * stage.window_counts[site]).astype(np.int64)
    names_case = first & (rng.random(n) < habits["ticket_names_case"])
    names_person = rng.random(n) < habits["ticket_names_person"]
    site_id, served = lookup(stage.site_ids, site), status == 0
    number = numbered("", 1, n, 7)
    frame = {
        "ticket_id": f"Q-{cases.batch.label.upper()}-" + number, "site_id": site_id,
        "queue_code": words(("A", "B"), np.where(booked, 1, 0)),
        "window_point_id": (site_id + "-W" + pl.Series(window).cast(pl.String).str.zfill(2)).zip_with(pl.Series(status != 1), lookup(site_id, np.full(n, -1))),
        "case_id": lookup(cases.ids, np.where(names_case, row, -1)), "item_id": lookup(stage.item_ids, np.where(first, cases.item[row], -1)),
        "person_key": lookup(person, np.where(names_person & first, row, -1)),
        "appointment_id": lookup(f"AP-{cases.batch.label.upper()}-" + number, np.where(booked, np.arange(n), -1)),
        "issued_at": instant(np.where(booked, issued - 300, issued)), "slot_start_at": instant(np.where(booked, issued, -1)),
        "called_at": instant(np.where(status == 1, -1, called)), "service_started_at": instant(np.where(served, cases.at["started"][row] + shift, -1)),
        "service_ended_at": instant(np.where(served, cases.at["finished"][row] + shift, gone)), "status": words(STATUS, status),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _appointments(
    cases: Cases, person: pl.Series, made: pl.DataFrame, which: tuple[np.ndarray, np.ndarray, np.ndarray], own: int
) -> pl.DataFrame:
    """Those behind tickets, and beside them the ones that were cancelled or missed."""
    rng, stage = cases.batch.rng("appointments"), cases.batch.flow.stage
    at = np.flatnonzero(cases.at["booked"][which[0]] & (np.arange(len(which[0])) < own))
    lost = rng.choice(at, round(len(at) * 0.15)) if len(at) else at
    both, kept = np.concatenate([at, lost]), np.arange(len(at) + len(lost)) < len(at)
    row = which[0][both]
    slot, n = cases.at["applied"][row], len(both)
    status = np.where(kept, 0, np.where(rng.random(n) < 0.55, 1, 2))
    booked = slot - rng.integers(6 * 3600, 9 * 86400, n)
    ids = made["appointment_id"][both].zip_with(pl.Series(kept), made["appointment_id"][both] + "-" + numbered("X", 1, n, 5))
    frame = {
        "appointment_id": ids, "item_id": lookup(stage.item_ids, cases.item[row]), "site_id": lookup(stage.site_ids, cases.site[row]),
        "person_key": person[row], "channel": words(LED_BY, rng.choice(4, n, p=[0.4, 0.2, 0.3, 0.1])), "booked_at": instant(booked),
        "slot_start_at": instant(slot), "slot_end_at": instant(slot + 1800), "status": words(("served", "cancelled", "no_show"), status),
        "cancelled_at": instant(np.where(status == 1, (booked + slot) // 2, -1)),
    }  # fmt: skip
    return pl.DataFrame(frame)
