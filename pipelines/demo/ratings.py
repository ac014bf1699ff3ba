"""Rows of the ratings and rating_followups feeds: who answers, with which grade, and what is done about bad ones."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.applications import STATION, TERMINAL, WINDOW
from pipelines.demo.city import City
from pipelines.demo.course import DELETED, REFUSED, VOID, Course
from pipelines.demo.days import DAY, day_of, working_days
from pipelines.demo.events import CHANNELS, people
from pipelines.demo.model import path
from pipelines.demo.streams import lognormal, pick_at
from pipelines.demo.writing import instant, numbered, words

_TAGS = ("waited_too_long", "too_late", "came_in_vain", "asked_for_more_papers", "unfriendly")


def ratings(city: City, course: Course, ids: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a batch's ratings and the follow-ups of its bad ones."""
    made, rng, spec, n = course.made, city.rng("ratings", course.made.start), city.model["ratings"], len(course.made)
    done = (course.completed >= 0) & ~np.isin(course.outcome, (VOID, DELETED))
    bad = _bad_chance(spec["bad"], course)
    share = np.select(
        [made.channel == WINDOW, made.channel == TERMINAL, made.is_online],
        [spec["active"][kind] for kind in ("window", "terminal", "online")],
        spec["active"]["other"],
    )
    share = share * np.where(bad > 2.5 * spec["bad"]["base"], spec["active_if_unhappy"], 1.0)
    active = done & (rng.random(n) < share)
    default = done & ~active & np.isin(made.channel, (WINDOW, STATION)) & (rng.random(n) < spec["default"])
    grade = _grades(spec, rng, bad)
    grade = np.where(default, path(spec["default_grade"], made.day).round().astype(int), grade)
    later = np.where(made.is_online, (lognormal(rng, {"median": 0.5, "sigma": 1.2}, n) * DAY).astype(int), 0)
    at = course.completed + rng.integers(15, 150, n) + later
    first = np.flatnonzero(active | default)
    changed = np.flatnonzero(active & (rng.random(n) < spec["changed"]))
    rows = np.concatenate([first, changed])
    second = np.arange(len(rows)) >= len(first)
    again = pick_at(rng.random(len(rows)), np.array([1, 1, 2, 3, 5.0])) + 1
    grade = np.where(second, again, grade[rows])
    at = np.where(second, at[rows] + rng.integers(DAY, 6 * DAY, len(rows)), at[rows])
    frame = _rows(city, course, ids, {"rng": rng, "case": rows, "grade": grade, "at": at, "second": second, "default": default[rows]})
    return frame, _followups(city, rng, (frame["rating_id"], np.flatnonzero((grade <= 2) & ~default[rows]), at))


def _bad_chance(spec: dict[str, float], course: Course) -> np.ndarray:
    """Chance of a bad grade: a little for everyone, more for reasons."""
    waited = np.select([course.wait > 40, course.wait > 20], [spec["wait_over_40"], spec["wait_over_20"]], 0.0)
    chance = spec["base"] + waited + spec["late"] * course.is_late + spec["supplement"] * (course.asked[0] >= 0)
    return chance + spec["extra_visit"] * (course.extra > 0) + spec["refused"] * (course.outcome == REFUSED)


def _grades(spec: dict, rng: np.random.Generator, bad: np.ndarray) -> np.ndarray:
    good = np.array(list(spec["grades"]))[pick_at(rng.random(len(bad)), np.array(list(spec["grades"].values())))]
    return np.where(rng.random(len(bad)) < bad, np.where(rng.random(len(bad)) < spec["worst"], 1, 2), good)


def _rows(city: City, course: Course, ids: pl.Series, what: dict) -> pl.DataFrame:
    made, rng, case, n = course.made, what["rng"], what["case"], len(what["case"])
    spec, default = city.model["ratings"], what["default"]
    reason = np.select([course.is_late[case], course.extra[case] > 0, course.asked[0][case] >= 0, course.wait[case] > 20], [1, 2, 3, 0], 4)
    real_name = (what["grade"] <= 2) & ~default & (rng.random(n) < spec["real_name"])
    frame = {
        "rating_id": numbered(f"R{day_of(made.start):%y%m}", 1, n, 6), "case_id": ids[case], "rating_no": pl.Series(what["second"].astype(np.int64) + 1),
        "grade": pl.Series(what["grade"].astype(np.int64)), "is_default": words(("false", "true"), default.astype(int)),
        "invited_at": instant(course.completed[case] + 5), "rated_at": instant(what["at"]), "channel": words(CHANNELS, made.channel[case]),
        "rater_key": people(city, course)[0][case], "real_name": words(("true",), np.where(real_name, 0, -1)),
        "tags": words(_TAGS, np.where((what["grade"] <= 2) & ~default, reason, -1)),
        "validity": words(("valid", "invalid"), ((rng.random(n) < spec["invalid"]) & ~default).astype(int)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _followups(city: City, rng: np.random.Generator, what: tuple[pl.Series, np.ndarray, np.ndarray]) -> pl.DataFrame:
    """One follow-up of each bad rating: assigned, contacted, verified, rectified, asked again."""
    ids, rows, at = what
    spec, n, rated = city.model["followups"], len(rows), at[rows]
    assigned = rated + rng.integers(3600, DAY, n)
    due_day = working_days().add(assigned // DAY, spec["days"])
    due = due_day * DAY + 17 * 3600 + 1800
    contacted = np.where(rng.random(n) < spec["contacted"], assigned + rng.integers(1800, 2 * DAY, n), -1)
    verified = pick_at(rng.random(n), np.array(list(spec["verified"].values())))
    in_time = rng.random(n) < spec["rectified_in_time"]
    put_right = np.where(
        in_time, assigned + ((due - assigned) * rng.uniform(0.3, 1.0, n)).astype(int), due + rng.integers(DAY, 15 * DAY, n)
    )
    put_right = np.where((verified == 0) & (contacted >= 0), np.maximum(put_right, contacted), -1)
    replied = np.where(contacted >= 0, np.maximum(contacted, put_right) + 3600, -1)
    again = np.where((put_right >= 0) & (rng.random(n) < spec["revisited"]), put_right + rng.integers(3 * DAY, 20 * DAY, n), -1)
    grades = np.array(list(spec["revisit_grades"]))[pick_at(rng.random(n), np.array(list(spec["revisit_grades"].values())))]
    frame = {
        "rating_id": ids[rows], "attempt": pl.Series(np.ones(n, dtype=np.int64)), "assigned_at": instant(assigned), "contacted_at": instant(contacted),
        "verified": words(list(spec["verified"]), np.where(contacted >= 0, verified, -1)), "due_at": instant(due), "rectified_at": instant(put_right),
        "replied_at": instant(replied), "revisit_at": instant(again), "revisit_grade": pl.Series(grades.astype(np.int64)).set(pl.Series(again < 0), None),
    }  # fmt: skip
    return pl.DataFrame(frame)
