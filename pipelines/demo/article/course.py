"""Times of a batch of cases: filed, accepted, completed papers, decided, fetched or delivered, in seconds of local time."""

from __future__ import annotations

import numpy as np

from pipelines.demo.article.cases import GRANTED, NOT_ACCEPTED, Cases, day_and_second, working_back
from pipelines.demo.days import DAY, number, working_days
from pipelines.demo.model import path

COURIER, PICKUP, DOWNLOAD = range(3)
MODES = ("courier", "pickup_window", "download")


def run(cases: Cases) -> None:
    """Fill in every time of the cases; the ticket at a window comes first, because what is done on the spot ends with it."""
    rng = cases.batch.rng("times")
    day, second = day_and_second(cases, rng)
    _begin(cases, rng, day, second)
    _at_windows(cases, rng)
    _end(cases, rng)
    _supplements(cases, rng)
    _results(cases, rng)


def _begin(cases: Cases, rng: np.random.Generator, day: np.ndarray, second: np.ndarray) -> None:
    calendar, n, total = working_days(), len(cases), cases.net_days + cases.pause_days
    if cases.batch.flow.is_by_completion:
        accepted_on = working_back(day, total)
        cases.at["ended_on"] = day
        asked_in = np.where(cases.is_checked, rng.integers(1, 3, n), 0)
        applied = np.where(
            cases.is_window, accepted_on * DAY + second, (accepted_on - asked_in) * DAY + 8 * 3600 + rng.integers(0, 7 * 3600, n)
        )
    else:
        late_in_day = ~cases.is_window & (second >= 16 * 3600)
        accepted_on = calendar.onward(day + late_in_day)
        accepted_on = np.where(cases.is_checked, calendar.add(accepted_on, 1), accepted_on)
        cases.at["ended_on"] = np.where(total > 0, calendar.add(accepted_on, total), accepted_on)
        applied = day * DAY + second
    morning = accepted_on * DAY + 9 * 3600 + rng.integers(0, 2 * 3600, n)
    soon = applied + rng.integers(5 * 60, 60 * 60, n)
    online = np.where(
        (soon // DAY == accepted_on) & (soon > morning), soon, np.where(applied // DAY == accepted_on, np.maximum(morning, soon), morning)
    )
    cases.at.update(applied=applied, accepted=online, checked=np.where(cases.is_checked, online - 600, -1))


def _at_windows(cases: Cases, rng: np.random.Generator) -> None:
    """Ticket, call, service: waits are Gamma distributed around a mean that falls over time and differs by hour."""
    habits, n, issued = cases.batch.flow.habits, len(cases), cases.at["applied"]
    hour = issued // 3600 % 24
    usual = np.array([habits["hour_wait"].get(h, 1.0) for h in range(24)])
    load = np.array([habits["hour_staffed"].get(h, 0.0) for h in range(24)])
    relative = usual[hour] * load.sum() / (usual * load).sum()
    spec, booked = habits["wait"], cases.is_window & (rng.random(n) < path(habits["appointment"]["share"], issued // DAY))
    if cases.batch.flow.spec.get("bundle"):
        booked[:] = False
    minutes = path(spec["mean"], issued // DAY) * relative * rng.gamma(spec["shape"], 1 / spec["shape"], n)
    minutes = np.where(booked, rng.exponential(habits["appointment"]["wait"], n), minutes)
    wait = np.minimum(minutes, habits["longest_wait"]) * 60
    served = habits["service"]
    length = path(served["mean"], issued // DAY) * rng.gamma(served["shape"], 1 / served["shape"], n) * 60
    length = np.maximum(np.where(booked, habits["appointment"]["service"], 1.0) * length, 60).astype(np.int64)
    called = issued + wait.astype(np.int64) + 5
    finished = called + 15 + length
    if cases.batch.flow.spec.get("bundle"):
        lead = np.arange(n) // 2 * 2
        called, finished = called[lead], finished[lead]
    at_window = {"called": called, "started": called + 15, "finished": finished}
    cases.at.update({name: np.where(cases.is_window, times, -1) for name, times in at_window.items()}, booked=booked, wait=wait)
    cases.at["accepted"] = np.where(cases.is_window, called + 15 + np.minimum(40, length // 3), cases.at["accepted"])


def _end(cases: Cases, rng: np.random.Generator) -> None:
    """On the spot: within the session, or within the hour online; else in office hours of the last working day."""
    n, now = len(cases), cases.net_days + cases.pause_days == 0
    later = cases.at["ended_on"] * DAY + 13 * 3600 + rng.integers(0, int(4.5 * 3600), n)
    at_once = np.where(cases.is_window, cases.at["finished"] - 10, cases.at["accepted"] + rng.integers(120, 2700, n))
    cases.at["ended"] = np.where(now, at_once, later)
    cases.at["ended"] = np.where(cases.outcome == NOT_ACCEPTED, cases.at["accepted"] + 5, cases.at["ended"])


def _supplements(cases: Cases, rng: np.random.Generator) -> None:
    """Papers that were missing: asked for on a working day of the course, brought so many working days later."""
    calendar, n, paused = working_days(), len(cases), cases.pause_days > 0
    first = cases.at["accepted"] // DAY
    asked_on = calendar.add(first, (rng.random(n) * (cases.net_days + 1)).astype(int))
    asked = np.maximum(asked_on * DAY + 10 * 3600 + rng.integers(0, 3600, n), cases.at["accepted"] + 300)
    brought = calendar.add(asked_on, cases.pause_days) * DAY + 9 * 3600 + rng.integers(0, 3 * 3600, n)
    cases.at.update(asked=np.where(paused, asked, -1), brought=np.where(paused, brought, -1))


def _results(cases: Cases, rng: np.random.Generator) -> None:
    """How the results of granted cases come: handed over in the session (no row), fetched, sent by courier, downloaded."""
    habits, n, calendar = cases.batch.flow.habits, len(cases), working_days()
    visits = cases.batch.flow.stage.of("visits_max")[cases.item]
    ended = cases.at["ended"]
    in_session = cases.is_window & (cases.net_days + cases.pause_days == 0)
    fetched = rng.random(n) < np.where(
        cases.is_online, np.array([habits["pickup"][k] for k in range(4)])[visits], path(habits["window_pickup"], ended // DAY)
    )
    sent = rng.random(n) < path(habits["courier"], ended // DAY)
    mode = np.where(fetched, PICKUP, np.where(sent, COURIER, DOWNLOAD))
    mode = _each_department(cases, mode)
    mode = np.where((cases.outcome == GRANTED) & ~in_session, mode, -1)
    dispatched = np.where(mode == DOWNLOAD, ended + 60, (ended // DAY) * DAY + 17 * 3600 + 3000)
    dispatched = np.maximum(dispatched, ended + 60)
    picked = calendar.add(ended // DAY, rng.integers(1, 4, n)) * DAY + 9 * 3600 + rng.integers(0, 6 * 3600, n)
    came = (ended // DAY + rng.integers(1, 4, n)) * DAY + 10 * 3600 + rng.integers(0, 7 * 3600, n)
    delivered = np.select([mode == PICKUP, mode == COURIER, mode == DOWNLOAD], [picked, came, ended + 90], -1)
    cases.at.update(mode=mode, dispatched=np.where(mode >= 0, dispatched, -1), delivered=delivered)


def _each_department(cases: Cases, mode: np.ndarray) -> np.ndarray:
    """Where a day is written down from which every department sends by courier: its first result after it is sent so."""
    day = cases.batch.flow.spec.get("courier_everywhere_from")
    if day is None:
        return mode
    since = number(day) * DAY
    depts = cases.batch.flow.stage.dept_ids.to_numpy()[cases.item]
    able = np.flatnonzero((cases.at["ended"] >= since) & (cases.outcome == GRANTED) & (cases.net_days > 0))
    first = able[np.unique(depts[able], return_index=True)[1]]
    mode[first] = COURIER
    return mode
