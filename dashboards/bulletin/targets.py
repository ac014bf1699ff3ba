"""Every target of the place and its parts: value, gap, status with its reason, forecast."""

from __future__ import annotations

from collections.abc import Iterator

from dashboards import formats
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.model import Cell, Fact, Grid, Head, Row, Section, text
from dashboards.cards.tile import SIGNS
from dashboards.indicators import TILES
from dashboards.periods import Period
from dashboards.places import part_names
from dashboards.sentences import state_word
from dashboards.words import has_word, say
from metrics.registry import registry
from metrics.spec import QueryRefused
from metrics.target import query_of
from metrics.targets import TargetStatus

TONES = {"good": 1, "bad": -1}
ORDER = ("missed", "at_risk", "not_evaluable", "on_track", "met")


def targets_section(desk: Desk) -> Section:
    """The targets, those that are missed or at risk first."""
    lang = desk.lang
    heads = (
        Head(say(lang, "bulletin.figure"), 2.75), Head(say(lang, "bulletin.place"), 1.2), Head(say(lang, "bulletin.target"), 1.32, True),
        Head(say(lang, "bulletin.due"), 1.8), Head(say(lang, "columns.value"), 1.0, True), Head(say(lang, "bulletin.gap"), 1.35, True),
        Head(say(lang, "bulletin.status"), 1.3), Head(say(lang, "bulletin.reason"), 2.8),
    )  # fmt: skip
    found = sorted(_ours(desk), key=lambda one: (ORDER.index(one.status), one.target.due_on, one.id))
    counts = {status: sum(one.status == status for one in found) for status in ORDER}
    parts = [say(lang, f"bulletin.of_status.{status}", count=count) for status, count in counts.items() if count]
    said = (say(lang, "bulletin.targets_said", count=len(found), parts=formats.listed(parts, lang)),) if found else ()
    grid = Grid("targets", say(lang, "bulletin.targets"), heads, tuple(_row(desk, one) for one in found), "", say(lang, "target.none"))
    return Section("targets", say(lang, "bulletin.targets"), said, (), (grid,), say(lang, "bulletin.targets_note") if found else "")


def _ours(desk: Desk) -> Iterator[TargetStatus]:
    """Targets set for the place or below it; of a part also none of the others'."""
    if desk.wanted.place is None:
        yield from desk.goals.statuses
        return
    codes = {desk.wanted.place.code, *(part.code for part in desk.parts)}
    yield from (one for one in desk.goals.statuses if one.target.division_code in codes)


def _row(desk: Desk, one: TargetStatus) -> Row:
    lang, target = desk.lang, one.target
    unit = _unit(one)
    icon, tone = SIGNS[one.status]
    fact, state = None, say(lang, "bulletin.no_value")
    if one.measured_on is not None:
        month = Period.holding(one.measured_on)
        fact = Fact(query_of(target, (), month.start, month.end))
        state = state_word("not_applicable", lang)
    value = Cell(one.now, unit, state=state, fact=fact)
    gap = Cell(one.gap, unit, "gap", state="–")
    status = text(f"{icon} {say(lang, f'target.{one.status}')}", TONES.get(tone, 0))
    goal = Cell(target.value, unit, before={">=": "≥", "<=": "≤"}.get(target.op, target.op))
    return Row(
        (
            text(_name(one, lang)),
            text(_place(desk, one)),
            goal,
            Cell(target.due_on, "day"),
            value,
            gap,
            status,
            text(_reason(one, unit, desk)),
        )
    )


def _unit(one: TargetStatus) -> str:
    metric = registry().get(one.target.metric)
    if metric is None:
        return "cases"
    try:
        return metric.form(metric.resolve(query_of(one.target).params)).unit
    except QueryRefused:
        return metric.form(metric.resolve(())).unit


def _name(one: TargetStatus, lang: str) -> str:
    metric = registry().get(one.target.metric)
    query = query_of(one.target)
    if metric is not None and not one.refusal:
        for tile in TILES:
            if tile.main.metric == metric.id and metric.resolve(tile.main.params) == metric.resolve(query.params):
                return say(lang, f"tile.{tile.key}")
    name = metric.name[lang] if metric else one.target.metric
    params = [_param(key, str(value), lang) for key, value in query.params if has_word(lang, f"bulletin.param.{key}")]
    return say(lang, "bulletin.form", name=name, form=formats.listed(params, lang)) if params else name


def _param(key: str, value: str, lang: str) -> str:
    """`level 3`, `at most 1`, `mean`."""
    word = f"bulletin.param_value.{value}"
    return say(lang, f"bulletin.param.{key}", value=say(lang, word) if has_word(lang, word) else value)


def _place(desk: Desk, one: TargetStatus) -> str:
    """Whom it was set for: a division, or one department."""
    code, department = one.target.division_code, one.target.dept_id
    if department:
        known = part_names(desk.gate, "department").get(department)
        return known.name(desk.lang) if known else department
    place = desk.wanted.tree.place(code) if code else None
    if place is not None:
        return place.name(desk.lang)
    return desk.place_name if not code or code in (desk.codes[0], desk.wanted.tree.top) else code


def _reason(one: TargetStatus, unit: str, desk: Desk) -> str:
    lang = desk.lang
    path = "" if one.expected is None else formats.amount(one.expected, unit, lang)
    chance = "" if one.probability is None else formats.chance(one.probability, lang)
    said = say(lang, f"target_because.{one.reason}", path=path, chance=chance)
    if one.probability is not None and chance not in said:
        said = say(lang, "bulletin.with_chance", reason=said, chance=chance)
    if one.measured_on is not None and one.measured_on != desk.month.last_day:
        said += say(lang, "target.measured", period=formats.period(Period.holding(one.measured_on), lang, short=True))
    return said
