"""The course of a batch's cases: from application to result, with every moment in seconds of local time (-1: does not happen).

Order of things: apply → (visits before acceptance) → received → accepted → (supplement or clock stop) → decided → completed → result.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.demo.applications import COURIER, STATION, TERMINAL, Applications, arrival_seconds
from pipelines.demo.city import City
from pipelines.demo.days import DAY, working_days
from pipelines.demo.model import GROUPS, by_group
from pipelines.demo.streams import lognormal
from pipelines.demo.visits import MINUTE, Visits, join, visit

OPEN, SHUT = 8 * 3600 + 35 * MINUTE, 17 * 3600 + 25 * MINUTE
GRANTED, REFUSED, NOT_ACCEPTED, WITHDRAWN, LAPSED, FORWARDED, CLOSED, VOID, DELETED = range(9)
OUTCOMES = ("granted", "refused", "not_accepted", "withdrawn", "lapsed", "forwarded", "closed", "void", "technical_delete")
SUBMISSION, IDENTITY, ORIGINAL, SUPPLEMENT, PICKUP = range(5)


@dataclass
class Course:
    """What happens to each application; arrays as long as the applications."""

    made: Applications
    rng: np.random.Generator
    received: np.ndarray = field(init=False)
    pre_accepted: np.ndarray = field(init=False)
    pre_rejected: np.ndarray = field(init=False)
    resubmitted: np.ndarray = field(init=False)
    accepted: np.ndarray = field(init=False)
    asked: list[np.ndarray] = field(default_factory=list)  # supplements: first and second request
    brought: list[np.ndarray] = field(default_factory=list)  # and when they came in
    stopped: np.ndarray = field(init=False)  # clock stop
    resumed: np.ndarray = field(init=False)
    decided: np.ndarray = field(init=False)
    completed: np.ndarray = field(init=False)
    ended: np.ndarray = field(init=False)  # withdrawn, lapsed or not accepted
    outcome: np.ndarray = field(init=False)
    is_late: np.ndarray = field(init=False)
    in_session: np.ndarray = field(init=False)
    is_automatic: np.ndarray = field(init=False)
    used_days: np.ndarray = field(init=False)
    visits: dict[int, Visits] = field(default_factory=dict)
    session_end: np.ndarray = field(init=False)
    wait: np.ndarray = field(init=False)  # longest wait of the case in minutes
    extra: np.ndarray = field(init=False)  # visits that the catalogue said were not needed

    def chance(self, share: np.ndarray | float) -> np.ndarray:
        """Draw which cases a share falls on."""
        return self.rng.random(len(self.made)) < share


def run(city: City, made: Applications) -> Course:
    """Run the month's cases through their course."""
    course = Course(made, city.rng("course", made.start))
    _apply(city, course)
    _accept(city, course)
    _use_time(city, course)
    _supplement(city, course)
    _stop_clock(city, course)
    _decide(city, course)
    _end(city, course)
    return course


def office(city: City, course: Course, at: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Return the moment at which an office gets to what arrived at `at`, after about so many office hours."""
    calendar, day, second = working_days(), at // DAY, at % DAY
    now = calendar.works(day) & (second < SHUT)
    start_day = np.where(now, day, calendar.onward(day + 1))
    start = np.where(now, np.maximum(second, OPEN), OPEN + course.rng.integers(0, 3600, len(at)))
    worked = start - OPEN + course.rng.exponential(1.0, len(at)) * hours * 3600
    return calendar.add(start_day, (worked // (SHUT - OPEN)).astype(int)) * DAY + OPEN + (worked % (SHUT - OPEN)).astype(int)


def office_time(course: Course, day: np.ndarray) -> np.ndarray:
    """Draw a moment in the office hours of days."""
    return day * DAY + course.rng.integers(OPEN, SHUT, len(day))


def _apply(city: City, course: Course) -> None:
    """Application and the visits before acceptance; receipt at the window, or when the office gets to it."""
    made, n, spec = course.made, len(course.made), city.model["course"]
    none = np.full(n, -1)
    staffed = np.flatnonzero(made.is_staffed)
    first = visit(city, course.rng, staffed, (made.site[staffed], made.at[staffed]))
    course.visits[SUBMISSION] = first
    hours = by_group(spec["office_hours"]["mean"], made.group)
    course.is_automatic = (
        made.is_online & (made.level >= 4) & made.is_spot & course.chance(spec["automatic"]) | (made.channel == TERMINAL) & made.is_spot
    )
    seen = office(city, course, made.at, hours)
    rejected = made.is_online & ~course.is_automatic & course.chance(spec["pre_rejected"])
    course.pre_rejected = np.where(rejected, seen, none)
    again = seen + (lognormal(course.rng, spec["supplement_days"], n) * DAY).astype(int)
    course.resubmitted = np.where(rejected, again, none)
    seen = np.where(rejected, office(city, course, again, hours), seen)
    course.pre_accepted = np.where(made.is_online & ~course.is_automatic, seen, none)
    course.received = np.where(course.is_automatic, made.at + course.rng.integers(2, 30, n), seen + course.rng.integers(60, 900, n))
    course.received[staffed] = first.started + ((first.ended - first.started) * 0.35).astype(int)
    course.session_end = none.copy()
    course.session_end[staffed] = first.ended
    _check(city, course)


def _check(city: City, course: Course) -> None:
    """Identity and original checks of online cases at a window: receipt moves to the last of them."""
    made, spec, n = course.made, city.model["course"]["visits"], len(course.made)
    claim_from, claim_share = city.over_claim[0][made.item], city.over_claim[1][made.item]
    share = np.where(made.day >= claim_from, claim_share, city.model["over_claim"]["elsewhere"])
    able = made.is_online & ~course.is_automatic
    claimed = able & (made.level >= 3) & course.chance(share)
    level = np.clip(made.level, 1, 4)
    level_of = [np.array([0, *(spec[kind][key] for key in (1, 2, 3, 4))])[level] for kind in ("original_check", "identity_check")]
    original, identity = (able & course.chance(chance) for chance in level_of)
    is_identity = course.chance(city.model["course"]["over_claimed_identity"])
    original |= claimed & ((made.level == 3) | ~is_identity)  # one more than promised: two where one was promised, one where none was
    identity |= claimed & ((made.level == 3) | is_identity)
    day = working_days().add(made.day, course.rng.geometric(0.55, n))
    day = np.maximum(day, working_days().onward(course.pre_accepted // DAY))
    for kind, wanted in ((IDENTITY, identity), (ORIGINAL, original)):
        rows = np.flatnonzero(wanted)
        day = np.where(wanted, working_days().add(np.maximum(day, course.pre_accepted // DAY), 1), day)
        course.visits[kind] = visit(city, course.rng, rows, (made.site[rows], day[rows] * DAY + _arrivals(city, course, len(rows))))
        course.received[rows] = course.visits[kind].started + (course.visits[kind].ended - course.visits[kind].started) // 2


def _arrivals(city: City, course: Course, n: int) -> np.ndarray:
    hours = np.array([city.model["demand"]["hour_staffed"].get(hour, 0.0) for hour in range(24)])
    return np.clip(arrival_seconds(course.rng, hours, n), int(8.5 * 3600), int(17.3 * 3600))


def _accept(city: City, course: Course) -> None:
    """Acceptance: in the session, or a little (or a working day) after receipt."""
    made, spec, n = course.made, city.model["course"], len(course.made)
    soon = course.received + np.where(course.is_automatic, 2, course.rng.integers(20, 240, n))
    inside = course.session_end >= 0
    soon = np.where(inside, course.received + ((course.session_end - course.received) * 0.3).astype(int), soon)
    later = ~made.is_spot & ~course.is_automatic & course.chance(spec["accept_later"])
    course.accepted = np.where(later, office_time(course, working_days().add(course.received // DAY, 1)), soon)


def _use_time(city: City, course: Course) -> None:
    """How many working days a case takes, pauses apart, and whether that is late."""
    made, spec, n = course.made, city.model["course"], len(course.made)
    late = np.where(made.is_spot, spec["spot_missed"], by_group(spec["late"], made.group) * city.lateness[made.item])
    course.is_late = ~course.is_automatic & course.chance(late)
    effort = course.rng.beta(spec["effort"]["a"], spec["effort"]["b"], n)
    within = np.where(made.is_spot, 0, np.ceil(made.promised * effort)).astype(int)
    course.used_days = np.where(course.is_late, made.promised.astype(int) + course.rng.geometric(spec["late_days"], n), within)


def _supplement(city: City, course: Course) -> None:
    """Requests for what is missing, up to two, and its coming in (online, or brought to the window)."""
    made, spec, n = course.made, city.model["course"], len(course.made)
    share = (
        by_group(spec["supplement"], made.group)
        * np.where(made.is_spot, spec["supplement_spot"], 1.4)
        * np.where(made.is_online, spec["supplement_online"], 1.0)
    )
    wanted = ~course.is_automatic & course.chance(share)
    after = np.minimum(course.rng.geometric(0.5, n) - 1, course.used_days)
    start = np.where(
        after > 0, office_time(course, working_days().add(course.accepted // DAY, after)), course.accepted + course.rng.integers(30, 180, n)
    )
    brought = wanted & course.chance(np.where(made.is_online, spec["visits"]["supplement"], 0.85)) & (made.channel != COURIER)
    never = wanted & course.chance(spec["never_supplemented"])
    for round_no in range(2):
        asks = wanted if round_no == 0 else wanted & ~never & course.chance(spec["supplement_again"])
        days = np.maximum(np.round(lognormal(course.rng, spec["supplement_days"], n)), 1).astype(int)
        back = office_time(course, working_days().add(start // DAY, days))
        rows = np.flatnonzero(asks & brought & ~never)
        if round_no == 0:
            course.visits[SUPPLEMENT] = visit(
                city, course.rng, rows, (made.site[rows], back[rows] // DAY * DAY + _arrivals(city, course, len(rows)))
            )
            back[rows] = course.visits[SUPPLEMENT].started + 60
        course.asked.append(np.where(asks, start, -1))
        course.brought.append(np.where(asks & ~never, back, -1))
        start = np.where(asks, back + course.rng.integers(1200, 5400, n), start)


def _stop_clock(city: City, course: Course) -> None:
    """Hearings, tests and expert reviews stop the clock of some licences that were not supplemented."""
    made, spec, n = course.made, city.model["course"]["clock_stop"], len(course.made)
    stops = (
        city.is_licence[made.item]
        & (made.legal >= 15)
        & ~made.is_spot
        & (course.used_days > 0)
        & (course.asked[0] < 0)
        & course.chance(spec["share"])
    )
    after = np.ceil(course.used_days / 2).astype(int)
    start = working_days().add(course.accepted // DAY, after)
    end = working_days().add(start, np.maximum(np.round(lognormal(course.rng, spec["days"], n)), 1).astype(int))
    course.stopped = np.where(stops, office_time(course, start), -1)
    course.resumed = np.where(stops, office_time(course, end), -1)


def _paused(course: Course) -> np.ndarray:
    """Working days for which the clock stood still."""
    total = np.zeros(len(course.made), dtype=int)
    for start, end in [*zip(course.asked, course.brought, strict=True), (course.stopped, course.resumed)]:
        both = (start >= 0) & (end >= 0)
        total[both] += working_days().between(start[both] // DAY, end[both] // DAY)
    return total


def _decide(city: City, course: Course) -> None:
    """Decision: in the session, by the system, or on the working day that the time used and the pauses lead to."""
    made, n = course.made, len(course.made)
    last = np.max([course.accepted, *course.brought, course.resumed], axis=0)
    day = np.maximum(working_days().add(course.accepted // DAY, course.used_days + _paused(course)), last // DAY)
    usual = office_time(course, day)
    usual = np.where(day == last // DAY, last + course.rng.integers(180, 2700, n), usual)
    course.in_session = (course.session_end >= 0) & made.is_spot & (course.used_days == 0) & (course.asked[0] < 0)
    inside = course.accepted + ((course.session_end - course.accepted) * 0.7).astype(int)
    course.decided = np.select([course.is_automatic & (course.asked[0] < 0), course.in_session], [course.accepted + 3, inside], usual)
    after = np.where(course.in_session | course.is_automatic, 5, course.rng.integers(60, 2400, n))
    course.completed = course.decided + after
    course.completed = np.where(course.in_session, np.minimum(course.completed, course.session_end), course.completed)


def _end(city: City, course: Course) -> None:
    """Outcomes, and the cases that end otherwise: not accepted, withdrawn, never supplemented."""
    made, spec, n = course.made, city.model["course"], len(course.made)
    is_service = city.is_service[made.item]
    drawn, shares = course.rng.random(n), spec["outcome"]
    edges = np.cumsum(
        [
            shares["refused"] * ~is_service,
            np.full(n, shares["forwarded"]),
            np.full(n, shares["void"]),
            np.full(n, shares["technical_delete"]),
        ],
        axis=0,
    )
    course.outcome = np.select([drawn < edge for edge in edges], [REFUSED, FORWARDED, VOID, DELETED], np.where(is_service, CLOSED, GRANTED))
    course.ended = np.full(n, -1)
    not_accepted = ~course.is_automatic & (course.asked[0] < 0) & course.chance(spec["not_accepted"])
    withdrawn = (
        ~made.is_spot & ~course.is_automatic & (course.asked[0] < 0) & (course.stopped < 0) & course.chance(spec["withdrawn"] / 0.45)
    )
    never = (course.asked[0] >= 0) & (course.brought[0] < 0)
    between = office(
        city, course, course.accepted + ((course.decided - course.accepted) * course.rng.random(n)).astype(int), np.full(n, 0.5)
    )
    gone = office_time(
        course, working_days().add(np.maximum(course.asked[0], 0) // DAY + (course.asked[0] < 0) * made.day, course.rng.integers(15, 50, n))
    )
    for which, at, outcome in ((withdrawn, between, WITHDRAWN), (not_accepted, course.accepted, NOT_ACCEPTED), (never, gone, LAPSED)):
        course.ended = np.where(which, at, course.ended)
        course.outcome = np.where(which, outcome, course.outcome)
    course.decided = np.where(course.ended >= 0, -1, course.decided)
    course.completed = np.where(course.ended >= 0, course.ended, course.completed)
    course.in_session &= (course.ended < 0) | not_accepted
    _experience(course)


def _experience(course: Course) -> None:
    """What the applicant will remember: the longest wait, and visits that should not have been needed."""
    course.wait = np.zeros(len(course.made))
    checks = np.zeros(len(course.made), dtype=int)
    for kind, visits in course.visits.items():
        np.maximum.at(course.wait, visits.case, visits.wait_minutes)
        np.add.at(checks, visits.case, kind in (IDENTITY, ORIGINAL))
    allowed = np.select([course.made.level >= 4, course.made.level == 3], [0, 1], 2)
    course.extra = np.where(course.made.is_online, np.maximum(checks - allowed, 0), 0)


def all_visits(course: Course) -> Visits:
    """Every visit that went through a queue."""
    return join([course.visits[kind] for kind in sorted(course.visits)])


def no_acceptance(city: City, course: Course) -> np.ndarray:
    """Cases whose system does not record acceptance."""
    silent = [GROUPS.index(name) for name in city.model["course"]["no_acceptance_for_spot"]]
    return np.isin(course.made.group, silent) & course.made.is_spot & (course.made.channel != STATION)
