"""Every target: what is to be reached by when, where it stands and why, where it is going. Those replaced by later ones stand apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.cards.table import data_table
from dashboards.cards.tile import SIGNS
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.pages.frame import Frame, Told, frame_of, framed
from dashboards.pages.page import Page
from dashboards.pages.targets_detail import target_detail
from dashboards.pages.targets_named import place_name, target_name
from dashboards.pages.targets_table import superseded_table, targets_table
from dashboards.pages.targets_told import ORDER, Stand, finding, qualifier
from dashboards.places import part_names
from dashboards.words import say
from metrics.target import Target
from metrics.targets import TargetStatus

_STORED = """select target_id, metric_id, params, division_code, district_code, dept_id, channel, op, value, baseline_value, baseline_on, due_on,
    set_on, is_superseded, set_by, legal_basis, superseded_by from mart_target order by target_id"""
Stored = dict[str, dict[str, Any]]


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view."""
    frame = frame_of(gate, view)
    stored = {row["target_id"]: row for row in gate.table(_STORED).iter_rows(named=True)}
    here = [status for status in frame.goals.statuses if _is_here(frame, status.target)]
    ours = [status for status in here if not view.dept or status.target.dept_id == view.dept]
    shown = [status for status in ours if view.tile not in ORDER or status.status == view.tile]
    told = [_told(frame, status) for status in sorted(ours, key=lambda one: (one.target.due_on, one.id))]
    picked = next((status for status in frame.goals.statuses if status.id == view.pick), None)
    sections = [
        *([_chooser(ours, here, frame)] if here else []),
        *([target_detail(frame, picked, stored.get(picked.id, {}))] if picked else []),
        _list(frame, shown, stored),
        *_superseded(frame, stored),
    ]
    return framed(frame, Told("targets", [finding(told, frame.name, view.lang), qualifier(told, view.lang)]), sections)


def _told(frame: Frame, status: TargetStatus) -> Stand:
    return Stand(status.status, target_name(status.target, frame.lang), place_name(status.target, frame.tree, frame.lang))


def _is_here(frame: Frame, target: Target) -> bool:
    """Whether a target is set for the page's place or below it; everywhere all are."""
    if frame.place is None:
        return True
    code, seen = target.division_code, 0
    while code and seen < 5:
        if code == frame.place.code:
            return True
        above = frame.tree.parent(code)
        code, seen = above.code if above else None, seen + 1
    return False


def _chooser(ours: Sequence[TargetStatus], here: Sequence[TargetStatus], frame: Frame) -> html.Nav:
    """How many stand how, each a filter; and the departments that answer for targets."""
    lang, counts = frame.lang, Counter(one.status for one in ours)
    links = [_choice("", say(lang, "targets.every"), len(ours), frame.view)]
    links += [_choice(status, say(lang, f"target.{status}"), counts[status], frame.view) for status in ORDER if counts[status]]
    rows: list[Any] = [html.Ul([html.Li(link) for link in links], className="status-choices"), *_departments(here, frame)]
    return html.Nav(rows, **aria(label=say(lang, "targets.filter")))


def _choice(status: str, name: str, count: int, view: View) -> html.A:
    icon, tone = SIGNS.get(status, ("", ""))
    sign = [html.Span(icon, className=f"sign {tone}", **aria(hidden="true"))] if icon else []
    is_chosen = status == (view.tile if view.tile in ORDER else "")
    shown = [*sign, html.Span(name), html.B(formats.count(count, view.lang))]
    return html.A(shown, href=view.href(tile=status, at="", define=""), **(aria(current="true") if is_chosen else {}))


def _departments(here: Sequence[TargetStatus], frame: Frame) -> list:
    """Departments that answer for a target, each a filter."""
    codes = sorted({one.target.dept_id for one in here if one.target.dept_id})
    if not codes:
        return []
    names, view = part_names(frame.gate, "department"), frame.view
    links = [
        html.A(names[code].name(frame.lang) if code in names else code, href=view.href(dept="" if code == view.dept else code, at=""))
        for code in codes
    ]
    return [html.P([say(frame.lang, "targets.by_department"), *links], className="target-departments")]


def _list(frame: Frame, shown: Sequence[TargetStatus], stored: Stored) -> html.Section:
    lang = frame.lang
    if not shown:
        return html.Section(
            [html.H2(say(lang, "page.targets")), html.P(say(lang, "targets.empty"), className="faint")], className="panel-box"
        )
    table = targets_table(frame, shown, {key: row["set_by"] for key, row in stored.items()})
    return html.Section([html.H2(say(lang, "targets.title")), data_table(table, frame.view)], className="panel-box targets")


def _superseded(frame: Frame, stored: Stored) -> list:
    old = [(Target(*list(row.values())[:14]), row) for row in stored.values() if row["is_superseded"]]
    ours = [(target, row) for target, row in old if _is_here(frame, target)]
    if not ours:
        return []
    table = superseded_table(frame, ours)
    return [html.Section([html.H2(table.title), data_table(table, frame.view)], className="panel-box")]


PAGE = Page("targets", "/targets", layout)
