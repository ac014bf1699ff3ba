"""Rows of the case_events feed: what the approval systems and halls record of each case."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.demo.applications import CHANNELS, COURIER, STATION, TERMINAL, WINDOW
from pipelines.demo.city import City
from pipelines.demo.course import (
    IDENTITY,
    LAPSED,
    NOT_ACCEPTED,
    ORIGINAL,
    OUTCOMES,
    SUBMISSION,
    SUPPLEMENT,
    WITHDRAWN,
    Course,
    no_acceptance,
)
from pipelines.demo.days import day_of
from pipelines.demo.handover import AT_TERMINAL, COURIER_MODE, DOWNLOAD, PICKUP, Handover
from pipelines.demo.writing import instant, lookup, numbered, words

ACTORS = ("applicant", "agent", "staff", "system")
APPLICANT, AGENT, STAFF, SYSTEM = range(len(ACTORS))
TYPES = (
    "submitted", "pre_accepted", "pre_rejected", "received", "accepted", "not_accepted", "supplement_requested", "supplement_received",
    "step_started", "step_ended", "special_started", "special_ended", "decided", "completed", "result_ready", "delivered",
    "onsite_identity_check", "onsite_original_check", "onsite_submission", "onsite_pickup", "onsite_other", "paid", "withdrawn",
)  # fmt: skip
_MONTHS = pl.Series([f"{year % 100:02d}{month:02d}" for year in range(1970, 2030) for month in range(1, 13)])
_SEQUENCE = pl.Series([f"-{number:02d}" for number in range(100)])
_REASONS = ("supplement", "material_incomplete", "clock_stop", "extension", "expert_review", "site_inspection")


@dataclass
class Log:
    """Events as they are noted: columns of numbers, turned into rows at the end."""

    course: Course
    parts: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def note(self, kind: str, rows: np.ndarray, at: np.ndarray, **more: np.ndarray | int) -> None:
        """Note an event of a kind for rows of cases; `more`: channel, point, actor, outcome, reason, special, on_site."""
        defaults = {
            "channel": self.course.made.channel[rows],
            "point": -1,
            "actor": STAFF,
            "outcome": -1,
            "reason": -1,
            "special": -1,
            "on_site": 0,
        }
        values = {"case": rows, "kind": TYPES.index(kind), "at": at, **(defaults | more)}
        for name, value in values.items():
            self.parts.setdefault(name, []).append(np.broadcast_to(np.asarray(value), rows.shape))


def case_ids(city: City, course: Course) -> pl.Series:
    """Case numbers: division, year and month, running number."""
    made = course.made
    month = made.day.astype("datetime64[D]").astype("datetime64[M]")
    return lookup(city.district_codes, made.item) + lookup(_MONTHS, month.astype(int)) + numbered("", 1, len(made), 6)


def people(city: City, course: Course) -> tuple[pl.Series, pl.Series]:
    """Keys of applicants and agents: made-up numbers of the demo."""
    made = course.made
    applicant = city.person_keys[np.where(made.is_firm, len(city.person_keys) - 1 - made.person, made.person)]
    return applicant, lookup(city.agent_keys, made.agent)


def place_point(city: City, course: Course) -> np.ndarray:
    """Number of the terminal's or station's point, -1 elsewhere."""
    made, sites = course.made, len(city.places.sites)
    live = sum(point["live"] is not None for point in city.places.terminals)
    return np.select([made.channel == TERMINAL, made.channel == STATION], [sites + made.place, sites + live + made.place], -1)


def events(city: City, course: Course, result: Handover, ids: pl.Series) -> pl.DataFrame:
    """Write down every event of a batch's cases, in the order of their times within a case."""
    log = Log(course)
    _application(city, log)
    _before_acceptance(log)
    _acceptance(city, log)
    _in_between(city, log)
    _end(log)
    _result(city, log, result)
    return _rows(city, log, ids)


def _application(city: City, log: Log) -> None:
    made, who, place = log.course.made, _who(log.course), place_point(city, log.course)
    visits = log.course.visits[SUBMISSION]
    rows = visits.case
    log.note("onsite_submission", rows, visits.started, point=visits.site, actor=who[rows], on_site=1)
    station = np.flatnonzero(made.channel == STATION)
    log.note("onsite_submission", station, made.at[station], point=place[station], actor=AGENT, on_site=1)
    terminal = np.flatnonzero(made.channel == TERMINAL)
    log.note("submitted", terminal, made.at[terminal], point=place[terminal], actor=who[terminal], on_site=1)
    remote = np.flatnonzero(made.is_online | (made.channel == COURIER))
    log.note("submitted", remote, made.at[remote], actor=who[remote])


def _before_acceptance(log: Log) -> None:
    course, who = log.course, _who(log.course)
    again = np.flatnonzero(course.resubmitted >= 0)
    log.note("pre_rejected", again, course.pre_rejected[again])
    log.note("submitted", again, course.resubmitted[again], actor=who[again])
    seen = np.flatnonzero(course.pre_accepted >= 0)
    log.note("pre_accepted", seen, course.pre_accepted[seen])
    for kind, name in ((IDENTITY, "onsite_identity_check"), (ORIGINAL, "onsite_original_check")):
        visits = course.visits[kind]
        log.note(name, visits.case, visits.started, channel=WINDOW, point=visits.site, actor=who[visits.case], on_site=1)


def _acceptance(city: City, log: Log) -> None:
    course = log.course
    system = np.where(course.is_automatic, SYSTEM, STAFF)
    rows = np.flatnonzero(~course.in_session)
    log.note("received", rows, course.received[rows], actor=system[rows])
    refused = course.outcome == NOT_ACCEPTED
    rows = np.flatnonzero(~refused & ~no_acceptance(city, course))
    log.note("accepted", rows, course.accepted[rows], actor=system[rows])
    rows = np.flatnonzero(refused)
    log.note("not_accepted", rows, course.accepted[rows], outcome=NOT_ACCEPTED, reason=_REASONS.index("material_incomplete"))


def _in_between(city: City, log: Log) -> None:
    course, who, spec = log.course, _who(log.course), city.model["course"]
    for asked, brought in zip(course.asked, course.brought, strict=True):
        rows = np.flatnonzero(asked >= 0)
        log.note("supplement_requested", rows, asked[rows], reason=_REASONS.index("material_incomplete"))
        rows = np.flatnonzero(brought >= 0)
        log.note("supplement_received", rows, brought[rows])
    visits = course.visits[SUPPLEMENT]
    log.note("onsite_other", visits.case, visits.started, channel=WINDOW, point=visits.site, actor=who[visits.case], on_site=1, reason=0)
    rows = np.flatnonzero((course.stopped >= 0) & (course.ended < 0))
    log.note("special_started", rows, course.stopped[rows], special=0, reason=_REASONS.index("expert_review"))
    log.note("special_ended", rows, course.resumed[rows], special=0)
    open_time = course.decided - course.accepted
    rows = np.flatnonzero(
        course.is_late & (open_time > 2 * 86400) & (course.asked[0] < 0) & (course.stopped < 0) & course.chance(spec["extension"])
    )
    start = (course.accepted[rows] + open_time[rows] // 2) // 86400 * 86400 + course.accepted[
        rows
    ] % 86400  # some day in between, same time of day
    log.note("special_started", rows, start, special=1)
    log.note("special_ended", rows, start + 1200, special=1)
    rows = np.flatnonzero(~course.made.is_spot & (open_time > 7200) & (course.asked[0] < 0) & course.chance(spec["steps"]))
    start, length = course.accepted[rows] + 600, open_time[rows] - 1200
    log.note("step_started", rows, start)
    log.note("step_ended", rows, start + np.where(course.rng.random(len(rows)) < 0.1, 0, (length * 0.8).astype(int)))


def _end(log: Log) -> None:
    course, made = log.course, log.course.made
    channel = np.where((made.is_online & (made.level >= 3)) | (made.channel == TERMINAL), made.channel, WINDOW)
    actor = np.where(course.is_automatic, SYSTEM, STAFF)
    rows = np.flatnonzero((course.decided >= 0) & ~course.in_session)  # a hall closes what it decides in the session as one step
    log.note("decided", rows, course.decided[rows], outcome=course.outcome[rows], channel=channel[rows], actor=actor[rows])
    rows = np.flatnonzero((course.decided >= 0) | (course.outcome == LAPSED))
    log.note("completed", rows, course.completed[rows], outcome=course.outcome[rows], channel=channel[rows], actor=actor[rows])
    rows = np.flatnonzero(course.outcome == WITHDRAWN)
    log.note("withdrawn", rows, course.ended[rows], outcome=WITHDRAWN, actor=_who(course)[rows])


def _result(city: City, log: Log, result: Handover) -> None:
    course, made, who = log.course, log.course.made, _who(log.course)
    rows = np.flatnonzero(result.at_once)
    log.note("delivered", rows, course.session_end[rows], channel=WINDOW, point=made.site[rows], actor=STAFF)
    rows = np.flatnonzero((result.ready >= 0) & (result.mode > DOWNLOAD))
    log.note("result_ready", rows, result.ready[rows])
    rows = np.flatnonzero((result.delivered >= 0) & (result.mode == PICKUP))
    log.note("onsite_pickup", rows, result.delivered[rows], channel=WINDOW, point=made.site[rows], actor=who[rows], on_site=1)
    rows = np.flatnonzero((result.delivered >= 0) & (result.mode != PICKUP))
    channel = np.select([result.mode == AT_TERMINAL, result.mode == COURIER_MODE], [TERMINAL, COURIER], made.channel)
    log.note("delivered", rows, result.delivered[rows], channel=channel[rows], actor=SYSTEM)
    fee = np.flatnonzero(city.has_fee[made.item] & (course.decided >= 0))
    at = np.where(course.in_session[fee], course.accepted[fee] + 5, np.minimum(course.accepted[fee] + 30, course.decided[fee]))
    log.note("paid", fee, at, actor=who[fee])


def _who(course: Course) -> np.ndarray:
    return np.where(course.made.agent >= 0, AGENT, APPLICANT)


def _rows(city: City, log: Log, ids: pl.Series) -> pl.DataFrame:
    made = log.course.made
    column = {name: np.concatenate(parts) for name, parts in log.parts.items()}
    order = np.lexsort((column["kind"], column["at"], column["case"]))
    column = {name: values[order] for name, values in column.items()}
    case, n = column["case"], len(order)
    first = np.flatnonzero(np.diff(case, prepend=-1))
    sequence = np.arange(n) - np.repeat(first, np.diff(first, append=n)) + 1
    is_first, names_item = sequence == 1, column["kind"] == TYPES.index("accepted")
    applicant, agent = people(city, log.course)
    item = np.where(is_first | names_item, made.item[case], -1)
    by_person = is_first | (column["on_site"] > 0)
    case_id = ids[case]
    frame = {
        "event_id": case_id + _SEQUENCE[sequence], "case_id": case_id,
        "event_type": words(TYPES, column["kind"]), "occurred_at": instant(column["at"]), "channel": words(CHANNELS, column["channel"]),
        "item_id": lookup(city.item_ids, item), "dept_id": lookup(city.dept_ids, item),
        "division_code": lookup(city.division_codes, np.where(is_first, made.item[case], -1)),
        "point_id": lookup(city.point_ids, column["point"]), "on_site": words(("true",), column["on_site"] - 1),
        "actor_kind": words(ACTORS, column["actor"]), "applicant_key": lookup(applicant, np.where(by_person, case, -1)),
        "agent_key": lookup(agent, np.where(by_person, case, -1)),
        "assisted": words(("true",), np.where(is_first & made.is_assisted[case], 0, -1)), "outcome": words(OUTCOMES, column["outcome"]),
        "reason": words(_REASONS, column["reason"]), "special_kind": words(("clock_stop", "extension"), column["special"]),
        "bundle_id": lookup(_bundles(made.start, int(made.bundle.max(initial=0))), np.where(is_first, made.bundle[case], -1)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _bundles(start: int, last: int) -> pl.Series:
    return numbered(f"B{day_of(start):%y%m}-", 0, last + 1, 4)
