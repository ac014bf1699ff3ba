"""Rows of the queue_tickets and appointments feeds: visits as the halls' queue machines and booking systems record them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.city import City
from pipelines.demo.course import Course, all_visits
from pipelines.demo.days import DAY, day_of, working_days
from pipelines.demo.events import people
from pipelines.demo.model import GROUPS, by_group, path
from pipelines.demo.streams import lognormal, pick_at
from pipelines.demo.visits import Visits, visit
from pipelines.demo.writing import instant, lookup, numbered, words

STATUS = ("served", "left", "no_show", "transferred", "cancelled")
SERVED, LEFT, NO_SHOW, TRANSFERRED, CANCELLED = range(len(STATUS))


@dataclass(frozen=True)
class _Tickets:
    """Tickets as columns of numbers; `row` is the visit that a ticket belongs to."""

    row: np.ndarray
    status: np.ndarray
    issued: np.ndarray
    called: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    next: np.ndarray  # position of the ticket that carries this one on, -1


def tickets(city: City, course: Course, ids: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a batch's queue tickets (with the division number in `_group`) and its appointments."""
    rng, visits = city.rng("tickets", course.made.start), all_visits(course)
    visits = _with_others(city, rng, course, visits)
    return _ticket_rows(city, rng, course, (visits, ids)), _appointment_rows(city, rng, course, visits)


def _with_others(city: City, rng: np.random.Generator, course: Course, visits: Visits) -> Visits:
    """Add people who come only to ask: tickets without a case (case -1)."""
    n = rng.binomial(len(visits.case), city.model["waiting"]["other_visitors"])
    like = rng.integers(0, max(len(visits.case), 1), n)
    shift = rng.integers(-1500, 1500, n)
    second = np.clip(visits.issued[like] % DAY + shift, int(8.5 * 3600), int(17.2 * 3600))
    more = visit(city, rng, np.full(n, -1), (visits.site[like], visits.issued[like] // DAY * DAY + second))
    return Visits(*(np.concatenate([getattr(visits, name), getattr(more, name)]) for name in Visits.__dataclass_fields__))


def _ticket_rows(city: City, rng: np.random.Generator, course: Course, what: tuple[Visits, pl.Series]) -> pl.DataFrame:
    visits, ids = what
    made, rows = course.made, _all_tickets(city, rng, visits)
    case, site = visits.case[rows.row], visits.site[rows.row]
    group, n = city.places.group[site], len(rows.row)
    served = np.isin(rows.status, (SERVED, TRANSFERRED))
    named = (
        (case >= 0) & np.isin(rows.status, (SERVED, LEFT)) & (rng.random(n) < by_group(city.model["waiting"]["ticket_names_case"], group))
    )
    number = _numbers(course.made.start, n)
    slot = np.where(rows.status == SERVED, visits.slot[rows.row], -1)
    frame = {
        "ticket_id": number, "site_id": lookup(city.places.ids(), site), "queue_code": _queue(city, course, case, group),
        "window_point_id": _window(city, rng, site, served), "case_id": lookup(ids, np.where(named, case, -1)),
        "item_id": lookup(city.item_ids, np.where(named, made.item[case], -1)), "person_key": _person(city, course, case),
        "appointment_id": lookup(_bookings(made.start, len(visits.case)), np.where(slot >= 0, rows.row, -1)), "issued_at": instant(rows.issued),
        "checkin_at": instant(np.where(slot >= 0, rows.issued, -1)), "slot_start_at": instant(slot), "called_at": instant(rows.called),
        "service_started_at": instant(rows.started), "service_ended_at": instant(rows.ended), "status": words(STATUS, rows.status),
        "prev_ticket_id": lookup(number, _previous(rows)), "_group": group,
    }  # fmt: skip
    return pl.DataFrame(frame)


def _all_tickets(city: City, rng: np.random.Generator, visits: Visits) -> _Tickets:
    """The ticket of every visit that drew one, and the tickets around it: given up, missed, cancelled, passed on."""
    spec, drew = city.model["waiting"], visits.has_ticket
    own = np.flatnonzero(drew)
    parts = [
        _Tickets(
            own,
            np.full(len(own), SERVED),
            visits.issued[own],
            visits.called[own],
            visits.started[own],
            visits.ended[own],
            np.full(len(own), -1),
        )
    ]
    walked_in = drew & (visits.slot < 0)
    gave_up = np.flatnonzero(walked_in & (visits.gave_up >= 0))
    day = working_days().add(visits.issued[gave_up] // DAY - 4, 1)  # a try some days before
    tried = day * DAY + visits.issued[gave_up] % DAY
    parts.append(_without_call(gave_up, LEFT, tried, tried + visits.gave_up[gave_up]))
    missed = np.flatnonzero(walked_in & (rng.random(len(drew)) < spec["no_show"]))
    early = visits.issued[missed] - rng.integers(900, 5400, len(missed))
    called = np.minimum(early + rng.integers(120, 900, len(missed)), visits.issued[missed] - 1)
    parts.append(
        _Tickets(missed, np.full(len(missed), NO_SHOW), early, called, np.full(len(missed), -1), called + 90, np.full(len(missed), -1))
    )
    dropped = np.flatnonzero(walked_in & (rng.random(len(drew)) < spec["cancelled"]))
    early = visits.issued[dropped] - rng.integers(700, 3600, len(dropped))
    parts.append(_without_call(dropped, CANCELLED, early, early + rng.integers(30, 600, len(dropped))))
    parts.append(_passed_on(city, rng, visits, own))
    return _Tickets(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Tickets.__dataclass_fields__))


def _without_call(row: np.ndarray, status: int, issued: np.ndarray, closed: np.ndarray) -> _Tickets:
    none = np.full(len(row), -1)
    return _Tickets(row, np.full(len(row), status), issued, none, none, closed, none)


def _passed_on(city: City, rng: np.random.Generator, visits: Visits, own: np.ndarray) -> _Tickets:
    """Tickets that were called, and passed on to the queue where the visit was then served."""
    at = np.flatnonzero((visits.slot[own] < 0) & (rng.random(len(own)) < city.model["waiting"]["transferred"]))
    row = own[at]
    issued = visits.issued[row] - rng.integers(300, 1200, len(row))
    started = visits.issued[row] - rng.integers(60, 240, len(row))
    return _Tickets(row, np.full(len(row), TRANSFERRED), issued, started - 10, started, visits.issued[row], at)


def _previous(rows: _Tickets) -> np.ndarray:
    previous = np.full(len(rows.row), -1)
    carried = np.flatnonzero(rows.next >= 0)
    previous[rows.next[carried]] = carried
    return previous


def _numbers(start: int, n: int) -> pl.Series:
    return numbered(f"Q{day_of(start):%y%m}", 1, n, 7)


def _queue(city: City, course: Course, case: np.ndarray, group: np.ndarray) -> pl.Series:
    """Queue letter by theme; U, one universal queue, where a division's windows have become one queue."""
    letters = ["A", "B", "C", "U"]
    code = np.where(case >= 0, city.queue_letter[course.made.item[case]], 0)
    queues = np.array([float(path(city.model["waiting"]["queues"][name], course.made.start)) for name in GROUPS])
    return words(letters, np.where(queues[group] < 1.5, 3, code))


def _window(city: City, rng: np.random.Generator, site: np.ndarray, served: np.ndarray) -> pl.Series:
    number = np.floor(rng.random(len(site)) * city.places.windows[site]).astype(int)
    first = np.cumsum(city.places.windows) - city.places.windows
    return lookup(city.window_ids, np.where(served, first[site] + number, -1))


def _person(city: City, course: Course, case: np.ndarray) -> pl.Series:
    """Key of whoever came: the agent, else the applicant; people who only ask stay unnamed."""
    applicant, agent = people(city, course)
    came = pl.select(pl.coalesce(agent, applicant)).to_series()
    return lookup(came, case)


def _bookings(start: int, n: int) -> pl.Series:
    return numbered(f"AP{day_of(start):%y%m}", 0, n, 7)


def _appointment_rows(city: City, rng: np.random.Generator, course: Course, visits: Visits) -> pl.DataFrame:
    """Bookings: those that were kept, and beside them the missed and the cancelled ones."""
    spec, n = city.model["appointments"], len(visits.case)
    kept = np.flatnonzero(visits.slot >= 0)
    drawn = rng.random(len(kept))
    extra = np.flatnonzero(drawn < spec["no_show"] + spec["cancelled"])
    row, status = (
        np.concatenate([kept, kept[extra]]),
        np.concatenate([np.full(len(kept), 0), np.where(drawn[extra] < spec["no_show"], 1, 2)]),
    )
    slot = visits.slot[row] + (status > 0) * 2 * DAY
    booked = slot - (lognormal(rng, {"median": 1.6, "sigma": 0.8}, len(row)) * DAY).astype(int) - 1800
    cancelled = np.where(status == 2, booked + ((slot - booked) * rng.random(len(row))).astype(int), -1)
    status = np.where((slot >= (city.model.last + 1) * DAY) & (status < 2), 3, status)  # still to come on the demo's last day
    number = _bookings(course.made.start, 2 * n)[
        np.where(np.arange(len(row)) < len(kept), row, row + n)
    ]  # the second half: bookings without a visit
    case = visits.case[row]
    channels = list(spec["channels"])
    frame = {
        "appointment_id": number, "item_id": lookup(city.item_ids, np.where(case >= 0, course.made.item[case], -1)), "site_id": lookup(city.places.ids(), visits.site[row]),
        "person_key": _person(city, course, case), "channel": words(channels, pick_at(rng.random(len(row)), np.array(list(spec["channels"].values())))),
        "booked_at": instant(booked), "slot_start_at": instant(slot), "slot_end_at": instant(slot + 1800),
        "status": words(("served", "no_show", "cancelled", "booked"), status), "cancelled_at": instant(cancelled),
    }  # fmt: skip
    return pl.DataFrame(frame)
