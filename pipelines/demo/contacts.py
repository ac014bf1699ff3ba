"""Rows of the sessions, payments and deliveries feeds."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.applications import CHANNELS, TERMINAL, arrival_seconds
from pipelines.demo.city import City
from pipelines.demo.course import Course
from pipelines.demo.days import DAY, day_of, number
from pipelines.demo.events import people, place_point
from pipelines.demo.handover import COURIER_MODE, MODES, Handover
from pipelines.demo.model import Spec, path
from pipelines.demo.streams import pick, pick_at, pick_rows
from pipelines.demo.writing import instant, lookup, numbered, words

REACHED = ("view", "start", "submit", "outcome")
WITH_OFFSET = "%Y-%m-%dT%H:%M:%S+08:00"  # the portal writes its offset, the halls write local time


def sessions(city: City, course: Course, ids: pl.Series) -> pl.DataFrame:
    """Sessions of a month: those of the applications, those given up before, and calls to the hotline."""
    made, rng, spec = course.made, city.rng("sessions", course.made.start), city.model["sessions"]
    own = np.flatnonzero(made.is_online | (made.channel == TERMINAL))
    lost = own[rng.random(len(own)) < float(path(spec["abandoned"], made.start))]
    looked = own[rng.random(len(own)) < spec["views"]]
    calls = rng.integers(0, max(len(made), 1), rng.poisson(len(made) * float(path(spec["hotline_per_case"], made.start))))
    case = np.concatenate([own, lost, looked])
    reached = np.concatenate([np.where(course.is_automatic[own], 3, 2), np.full(len(lost), 1), np.full(len(looked), 0)])
    frame = _sessions(city, course, (ids, rng), (case, reached))
    return pl.concat([frame, _calls(city, course, rng, calls)], how="diagonal")


def _sessions(
    city: City, course: Course, tools: tuple[pl.Series, np.random.Generator], what: tuple[np.ndarray, np.ndarray]
) -> pl.DataFrame:
    (ids, rng), (case, reached), made = tools, what, course.made
    spec, n = city.model["sessions"], len(case)
    minutes = np.array([spec["minutes"].get(name, 0.0) for name in CHANNELS])[made.channel[case]] * np.array([0.25, 0.5, 1.0, 1.0])[reached]
    seconds = np.maximum(rng.gamma(2.2, 1.0, n) / 2.2 * minutes * 60, 4).astype(int)
    quick = city.is_endorsement[made.item[case]] & (made.channel[case] == TERMINAL) & (reached == 3)
    seconds = np.where(quick, np.maximum(rng.normal(spec["endorsement_seconds"], 6, n), 12).astype(int), seconds)
    finished = reached >= 2
    ended = made.at[case] + 5 - (~finished) * rng.integers(600, 5 * DAY, n)
    began = np.maximum(ended - seconds, city.model.first * DAY)
    unknown = (reached == 0) & (rng.random(n) < 0.6)
    person = lookup(people(city, course)[0], np.where(unknown, -1, case))
    frame = {
        "session_id": numbered(f"S{day_of(made.start):%y%m}", 1, n, 7), "channel": words(CHANNELS, made.channel[case]),
        "point_id": lookup(city.point_ids, np.where(made.channel[case] == TERMINAL, place_point(city, course)[case], -1)),
        "account_key": person, "item_id": lookup(city.item_ids, made.item[case]),
        "started_at": instant(began), "ended_at": instant(began + seconds), "hits": pl.Series((3 + rng.poisson(6, n)).astype(np.int64)),
        "reached": words(REACHED, reached), "case_id": lookup(ids, np.where(finished, case, -1)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _calls(city: City, course: Course, rng: np.random.Generator, case: np.ndarray) -> pl.DataFrame:
    """Calls to the 12345 hotline about matters like those of the month."""
    spec, made, n = city.model["sessions"], course.made, len(case)
    hours = np.array([city.model["demand"]["hour_staffed"].get(hour, 0.05) for hour in range(24)])
    start = made.day[case] * DAY + arrival_seconds(rng, hours, n)
    answered = start + rng.exponential(25, n).astype(int) + 3
    frame = {
        "session_id": numbered(f"H{day_of(made.start):%y%m}", 1, n, 6), "channel": pl.repeat("hotline", n, eager=True),
        "item_id": lookup(city.item_ids, made.item[case]), "started_at": instant(start), "ended_at": instant(answered + rng.gamma(2, 70, n).astype(int)),
        "purpose": words(list(spec["purposes"]), pick(rng, np.array(list(spec["purposes"].values())), n)), "answered_at": instant(answered),
    }  # fmt: skip
    return pl.DataFrame(frame)


def payments(city: City, course: Course, ids: pl.Series) -> pl.DataFrame:
    """Fees of a batch's cases: what, how, and the few payments that failed."""
    made, rng, spec = course.made, city.rng("payments", course.made.start), city.model["payments"]
    case = np.flatnonzero(city.has_fee[made.item] & (course.decided >= 0))
    n, yuan = len(case), np.array(city.model["fees"]["yuan"])
    amount = yuan[(made.item[case] * 7) % len(yuan)]
    methods = list(next(iter(spec["methods"].values())))
    shares = np.array([float(path({year: table[name] for year, table in spec["methods"].items()}, made.start)) for name in methods])
    table = np.broadcast_to(shares, (n, len(methods))) * np.where(
        (made.is_online | (made.channel == TERMINAL))[case][:, None], [0, 0.2, 1, 1, 1], 1
    )
    at = np.where(course.in_session[case], course.accepted[case] + 5, np.minimum(course.accepted[case] + 30, course.decided[case]))
    failed = rng.random(n) < spec["failed"]
    frame = {
        "payment_id": numbered(f"Y{day_of(made.start):%y%m}", 1, n, 6), "case_id": ids[case],
        "item_id": lookup(city.item_ids, made.item[case]), "amount": pl.Series(amount.astype(np.int64)), "method": words(methods, pick_rows(rng.random(n), table)),
        "channel": words(CHANNELS, made.channel[case]), "requested_at": instant(at - 20), "paid_at": instant(np.where(failed, -1, at)),
        "status": words(("paid", "failed"), failed.astype(int)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def deliveries(city: City, course: Course, result: Handover, ids: pl.Series) -> pl.DataFrame:
    """How results were handed over; what has not arrived by the demo's last day has no time of receipt."""
    made = course.made
    case = np.flatnonzero(result.mode >= 0)
    end = (city.model.last + 1) * DAY
    arrived = np.where(result.delivered[case] < end, result.delivered[case], -1)
    status = np.select([arrived >= 0, result.mode[case] == COURIER_MODE], [0, 1], 2)
    frame = {
        "delivery_id": numbered(f"D{day_of(made.start):%y%m}", 1, len(case), 6), "case_id": ids[case],
        "direction": pl.repeat("result", len(case), eager=True), "mode": words(MODES, result.mode[case]),
        "dispatched_at": instant(result.dispatched[case]), "received_at": instant(arrived), "status": words(("received", "in_transit", "waiting"), status),
    }  # fmt: skip
    return pl.DataFrame(frame)


def survey_responses(city: City) -> pl.DataFrame:
    """Polls: those counted are written as counted, the others are drawn from their models."""
    return pl.concat([_survey(city, spec) for spec in city.model["surveys"]])


def _survey(city: City, spec: Spec) -> pl.DataFrame:
    rng, n = city.rng("survey", spec["id"]), spec["sampled"]
    if "responded" in spec:
        answers = rng.permutation(n) < spec["responded"]
        bad = np.zeros(n, dtype=bool)
        bad[rng.permutation(np.flatnonzero(answers))[: spec["dissatisfied"]]] = True
    else:
        answers, bad = rng.random(n) < spec["respond"], rng.random(n) < spec["bad"]
    grade = np.where(bad, 2, np.array([5, 4, 3])[pick_at(rng.random(n), np.array([0.78, 0.18, 0.04]))])
    first = number(spec["from"])
    frame = {
        "survey_id": pl.repeat(spec["id"], n, eager=True), "respondent_key": numbered(f"S-{spec['id']}-", 1, n, 5),
        "weight": pl.Series(np.ones(n)), "responded": words(("false", "true"), answers.astype(int)), "grade": pl.Series(grade.astype(np.int64)).set(pl.Series(~answers), None),
        "fielded_on": pl.Series((first + rng.integers(0, spec["days"], n)).astype("datetime64[D]")),
        "division_code": pl.repeat(city.model.division_code(spec["district"]), n, eager=True),
    }  # fmt: skip
    return pl.DataFrame(frame)
