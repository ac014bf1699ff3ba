"""One case: what it is, its numbers, its records on a time line with the files that they came from. Applicants are never named."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria, data
from dashboards.cards.table import Column, Table, data_table
from dashboards.cards.timeline import ZONE, time_line, working_days
from dashboards.case_file import CaseFile, case_file
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.pages.frame import Frame, Step, frame_of, headline_of, help_line, place_steps, thing_name, trail
from dashboards.pages.page import Page
from dashboards.places import Place
from dashboards.row_table import code_word
from dashboards.shell import foot, trust_line
from dashboards.words import has_word, say

PATH = "/case/"
Fact = tuple[str, Any]


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the case."""
    return case_file(gate, code) is not None


def layout(gate: Gate, view: View) -> html.Div:
    """The page for a view; a sentence when the case is not known."""
    number = view.path.removeprefix(PATH)
    case = case_file(gate, number)
    if case is None:
        return _unknown(view, number)
    frame = frame_of(gate, view)
    place = _place(frame, case)
    steps: list[Step] = [
        *place_steps(frame.tree, place, view),
        (say(view.lang, "page.cases"), view.rows_href("", place=place.code if place else "")),
        (number, ""),
    ]
    body = [_facts(frame, case, place), _line(case, view.lang), *_documents(case, view), *_linked(case, view), _files(case, view)]
    return _page(frame, steps, _told(case, number, view.lang), [html.H1(_title(case, number, view.lang), className="place"), body])


def _page(frame: Frame, steps: list[Step], sentences: list[str], parts: list) -> html.Div:
    """The frame of a page that is about no period."""
    lang = frame.lang
    head, body = parts
    inside = [
        trail(steps, lang),
        head,
        headline_of(sentences),
        trust_line(frame.belief, frame.view),
        help_line("case", lang),
        *body,
        foot(frame.belief, frame.view),
    ]
    return html.Div(inside, className="page is-case", **data(title=say(lang, "app.title", page=steps[-1][0])))


def _title(case: CaseFile, number: str, lang: str) -> str:
    return f"{_item(case, lang)} · {say(lang, 'case.title', case=number)}"


def _item(case: CaseFile, lang: str) -> str:
    zh, en = case.item_names
    return (zh or en if lang == "zh" else en or zh) or case.row["item_id"] or say(lang, "case.no_item")


def _place(frame: Frame, case: CaseFile) -> Place | None:
    codes = [case.row[name] for name in ("town_code", "district_code")]
    return next((found for code in codes if code and (found := frame.tree.place(code))), None)


def _told(case: CaseFile, number: str, lang: str) -> list[str]:
    """What became of it, in words."""
    row = case.row
    parts = [
        say(lang, "case.told.applied", date=formats.day(row["application_on"], lang), channel=code_word("channel", row["channel"], lang))
    ]
    if row["is_completed"] and row["completed_on"]:
        key = "case.told.done" if row["outcome"] else "case.told.done_plain"
        parts.append(say(lang, key, date=formats.day(row["completed_on"], lang), outcome=code_word("outcome", row["outcome"] or "", lang)))
    elif row["open_working_days"] is not None:
        parts.append(say(lang, "case.told.open", days=formats.number(row["open_working_days"])))
    else:
        parts.append(say(lang, "case.told.open_plain"))
    if row["is_promise_countable"]:
        parts.append(say(lang, "case.told.kept" if row["is_promise_kept"] else "case.told.missed"))
    parts += [say(lang, "case.void")] if row["is_void"] else []
    parts += [say(lang, "case.order_broken")] if row["is_order_broken"] else []
    return [*parts, say(lang, "case.joined", case=case.case_id) if number != case.case_id else ""]


def _facts(frame: Frame, case: CaseFile, place: Place | None) -> html.Div:
    lang = frame.lang
    groups = [("about", _about(frame, case, place)), ("time", _times(case, lang)), ("visits", _visits(frame, case))]
    cards = [html.Section([html.H2(say(lang, f"case.facts.{key}")), *body], className=f"case-card is-{key}") for key, body in groups]
    return html.Div(cards, className="case-facts")


def _about(frame: Frame, case: CaseFile, place: Place | None) -> list:
    row, lang = case.row, frame.lang
    audience = [code_word("audience", one, lang) for one in row["audience"] or []]
    facts = [
        ("case", case.case_id),
        ("department", thing_name(frame.gate, "dept", row["dept_id"], lang) if row["dept_id"] else None),
        ("place", place.name(lang) if place else frame.name),
        ("channel", code_word("channel", row["channel"], lang)),
        ("assisted", say(lang, "table.yes") if row["is_assisted"] else None),
        ("applicant", formats.listed(audience, lang) if audience else None),
        ("type", code_word("case_type", row["case_type"], lang) if row["case_type"] else None),
        ("outcome", code_word("outcome", row["outcome"], lang) if row["outcome"] else None),
        ("delivered", _said(case, "delivery", "mode", lang)),
        ("rated", _said(case, "rating", "grade", lang)),
        ("source", row["source_id"]),
        ("bundle", _bundle(case, frame.view) if row["bundle_id"] else None),
    ]
    return [_list(facts, lang)]


def _said(case: CaseFile, kind: str, name: str, lang: str) -> str:
    """What the records of a kind say, each thing once; empty where there are none."""
    values = dict.fromkeys(record.extra[name] for record in case.current if record.kind == kind and name in record.extra)
    words = {
        "grade": lambda value: say(lang, "case.grade", grade=value),
        "wait": lambda value: formats.amount(float(value), "minutes", lang),
    }
    return formats.listed([words[name](value) if name in words else code_word(name, value, lang) for value in values], lang)


def _bundle(case: CaseFile, view: View) -> list:
    links = [html.Li(html.A(one, href=view.go(f"{PATH}{one}"))) for one in case.beside]
    return [case.row["bundle_id"], html.Ul(links)]


def _times(case: CaseFile, lang: str) -> list:
    row = case.row
    accepted = "accepted_imputed" if row["is_acceptance_imputed"] else "accepted"
    names = (("received", "received_on"), (accepted, "accepted_on"), ("decided", "decided_on"), ("completed", "completed_on"), ("due", "due_on"),
             ("legal_due", "statutory_due_on"))  # fmt: skip
    facts: list[Fact] = [(name, formats.day(row[column], lang)) for name, column in names if isinstance(row[column], date)]
    facts.append(("paused", working_days(row["paused_working_days"], lang) if row["paused_working_days"] else None))
    facts.append(("supplements", formats.number(row["supplement_count"]) if row["supplement_count"] else None))
    return [*_bars(case, lang), _list(facts, lang)]


def _bars(case: CaseFile, lang: str) -> list:
    """Days taken, promised and allowed by law, to one scale that begins at zero."""
    row = case.row
    taken = row["handling_working_days"] if row["handling_working_days"] is not None else row["open_working_days"]
    given = (("actual", taken), ("promised", row["promised_working_days"]), ("legal", row["legal_working_days"]))
    known = [(key, float(value)) for key, value in given if value is not None]
    most = max((value for _, value in known), default=0)
    if not most:
        return []
    lines = [_bar(key, value, most, lang) for key, value in known]
    return [html.Div(lines, className="day-bars", **aria(label=say(lang, "case.bars.title")))]


def _bar(key: str, value: float, most: float, lang: str) -> html.Div:
    bar = html.Span(className="bar-fill", style={"width": f"{100 * value / most:.1f}%"})
    body = [
        html.Span(say(lang, f"case.bars.{key}"), className="bar-name"),
        html.Span(bar, className="bar-track", **aria(hidden="true")),
        html.Span(working_days(value, lang), className="bar-value"),
    ]
    return html.Div(body, className=f"day-bar is-{key}")


def _visits(frame: Frame, case: CaseFile) -> list:
    row, lang = case.row, frame.lang
    facts: list[Fact] = [
        ("declared_level", row["declared_level"]),
        ("observed_level", row["observed_level"]),
        (
            "declared_visits",
            say(lang, "case.at_most", count=row["declared_visits_max"]) if row["declared_visits_max"] is not None else None,
        ),
        ("visits", row["visits"]),
        ("waited", _said(case, "ticket", "wait", lang)),
        ("terminal_visits", row["terminal_visits"] or None),
        ("over", code_word("overclaim_cause", row["overclaim_cause"], lang) if row["overclaim_cause"] else None),
    ]
    lines = [html.Li(_visit(frame, visit)) for visit in case.visits if not visit["is_terminal"]]
    shown = html.Ul(lines, className="visits") if lines else html.P(say(lang, "case.visits_none"), className="note")
    return [_list(facts, lang), shown]


def _visit(frame: Frame, visit: dict[str, Any]) -> list:
    lang = frame.lang
    site = thing_name(frame.gate, "site", visit["site_id"], lang) if visit["site_id"] else visit["place"]
    return [
        html.Span(formats.day(visit["visited_on"], lang, short=True), className="when"),
        html.Span(code_word("cause", visit["cause"], lang), className="what"),
        html.Span(site, className="detail"),
    ]


def _list(facts: list[Fact], lang: str) -> html.Dl:
    known = [(key, value) for key, value in facts if value is not None and value != ""]
    return html.Dl(
        [
            html.Div([html.Dt(say(lang, f"case.fact.{key}")), html.Dd(value if isinstance(value, list) else str(value))])
            for key, value in known
        ]
    )


def _line(case: CaseFile, lang: str) -> html.Section:
    note = html.P(say(lang, "case.line_note", zone=ZONE), className="note")
    body = [time_line(case, lang), note] if case.records else [html.P(say(lang, "case.none"), className="note")]
    return html.Section([html.H2(say(lang, "case.line")), *body], className="line")


def _documents(case: CaseFile, view: View) -> list:
    lang = view.lang
    names = ("material_code", "provided_by", "is_required", "was_available", "copies", "licence_type")
    if not case.documents:
        return []
    written = [
        {**{name: one[name] for name in names}, "material_code": case.document(one["material_code"], lang), "provided_by": code_word("provided_by", one["provided_by"], lang)}
        for one in case.documents
    ]  # fmt: skip
    rows = pl.DataFrame(written, infer_schema_length=None)
    kinds = {"is_required": "flag", "was_available": "flag", "copies": "number"}
    columns = tuple(Column(name, say(lang, f"row.{name}"), kinds.get(name, "text")) for name in names)
    return [_table(Table("documents", say(lang, "case.facts.documents"), columns, rows), view)]


def _linked(case: CaseFile, view: View) -> list:
    lang = view.lang
    if not case.links:
        return []
    rows = pl.DataFrame(
        [
            (link["case_id"], link["source_id"], say(lang, f"case.method.{link['method']}") if has_word(lang, f"case.method.{link['method']}") else link["method"],
             link["application_on"], code_word("channel", link["channel"], lang))
            for link in case.links
        ],
        schema={"case": pl.String, "source": pl.String, "method": pl.String, "applied": pl.Date, "channel": pl.String}, orient="row",
    )  # fmt: skip
    columns = tuple(Column(name, say(lang, f"case.linked_columns.{name}"), "day" if name == "applied" else "text") for name in rows.columns)
    return [_table(Table("linked", say(lang, "case.linked"), columns, rows), view)]


def _files(case: CaseFile, view: View) -> html.Section:
    lang = view.lang
    used = [number for record in case.records for number in {record.file_id, record.overtaken_by}]
    heads = [html.Th(say(lang, f"case.file_columns.{key}"), scope="col", className="num" if key == "entries" else None) for key in ("name", "source", "feed", "received", "sha", "entries")]  # fmt: skip
    rows = [
        html.Tr([html.Th(one.short, scope="row"), html.Td(one.source_id), html.Td(_feed(one.feed, lang)), html.Td(formats.instant(one.received, lang)),
                 html.Td(html.Code(one.sha256[:12])), html.Td(formats.number(used.count(number)), className="num")], id=f"file-{number}")
        for number, one in case.files.items()
    ]  # fmt: skip
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain")
    body = html.Div(table, className="scroller", tabIndex="0", role="group", **aria(label=say(lang, "case.files")))
    return html.Section([html.H2(say(lang, "case.files")), body, html.P(say(lang, "case.files_note"), className="note")], className="files")


def _feed(name: str | None, lang: str) -> str:
    return say(lang, f"feed.{name}") if name and has_word(lang, f"feed.{name}") else name or "–"


def _table(table: Table, view: View) -> html.Section:
    return html.Section([html.H2(table.title), data_table(table, view)])


def _unknown(view: View, number: str) -> html.Div:
    lang = view.lang
    links = html.P(html.A(say(lang, "page.cases"), href=view.rows_href("")))
    body = [html.H1(say(lang, "case.unknown_title")), html.P(say(lang, "case.unknown", case=number)), links]
    return html.Div(html.Section(body, className="state-page"), className="page")


PAGE = Page("case", PATH, layout, in_menu=False, exists=exists)
