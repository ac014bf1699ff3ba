"""The parts of an item's page that rest on its catalogue entry: what it is, its versions, where it can be applied for, its documents."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.cards.table import Column, Table, data_table
from dashboards.controls import CHANNELS
from dashboards.indicators import Indicator
from dashboards.pages.documents_text import paper_name
from dashboards.pages.item_file import ItemFile
from dashboards.places import part_names
from dashboards.readings import read_row
from dashboards.row_table import code_word
from dashboards.words import has_word, say
from metrics.compile import Query

RECEIVED = Indicator("cases_received", "cases_received")
EXEMPTED = Indicator("exemption_rate", "exemption_rate")
FOREVER = 9999


def facts(item: ItemFile) -> html.Section:
    """What the catalogue says of the item on the page's day."""
    lang, now, guide = item.lang, item.now, item.guide
    rows: list[tuple[str, Any]] = [
        ("code", html.Code(item.code)),
        ("other_name", html.Span(_other_name(now, lang), lang="en" if lang == "zh" else "zh")),
        ("department", _department(item)),
        ("type", _word("item_type", now["item_type"], lang)),
        ("audience", formats.listed([code_word("audience", code, lang) for code in now["audience"] or []], lang) or _missing(lang)),
        ("theme", _word("theme", now["theme"], lang)),
        ("way", code_word("case_type", now["case_type"], lang) if now["case_type"] else _missing(lang)),
        ("status", code_word("status", now["status"], lang) if now["status"] else _missing(lang)),
        ("limits", _limits(now, lang)),
        ("visits", _visits(now, lang)),
        ("steps_online", formats.listed([_word("step", step, lang) for step in now["online_steps"] or []], lang) or _missing(lang)),
        ("steps", _steps(now, lang)),
        ("materials", _materials(guide, lang)),
        ("offers", formats.listed([say(lang, f"item.offers.{key}") for key in OFFERS if now[key]], lang) or say(lang, "item.offers.none")),
    ]
    shown = [html.Div([html.Dt(say(lang, f"item.facts.{key}")), html.Dd(text)]) for key, text in rows if text]
    return html.Section([html.H2(say(lang, "item.facts.title")), html.Dl(shown, className="item-facts")], className="panel-box")


OFFERS = ("is_on_online_hall", "supports_epay", "supports_courier", "id_only")


def _missing(lang: str) -> str:
    return say(lang, "state.not_provided")


def _other_name(now: dict[str, Any], lang: str) -> str:
    return (now["name_en"] if lang == "zh" else now["name_zh"]) or ""


def _word(kind: str, code: str | None, lang: str) -> str:
    """The word for a code of the catalogue; the code where there is none."""
    if not code:
        return _missing(lang)
    return say(lang, f"item.{kind}.{code}") if has_word(lang, f"item.{kind}.{code}") else code


def _department(item: ItemFile) -> html.A | str:
    code = item.now["dept_id"]
    known = part_names(item.frame.gate, "department").get(code)
    if not code:
        return _missing(item.lang)
    return html.A(known.name(item.lang) if known else code, href=item.view.go(f"/department/{code}"))


def _limits(now: dict[str, Any], lang: str) -> str:
    legal, promised = now["legal_working_days"], now["promised_working_days"]
    said = [
        say(lang, f"item.limit.{key}", days=_days(days, lang))
        for key, days in (("legal", legal), ("promised", promised))
        if days is not None
    ]
    return say(lang, "depth.comma").join(said) or _missing(lang)


def _days(days: float, lang: str) -> str:
    """An on-the-spot item promises no days at all."""
    if days == 0:
        return say(lang, "item.limit.same_day")
    return f"{formats.number(days, 0 if float(days).is_integer() else 1)}{formats.NARROW}{say(lang, 'unit.working_days')}"


def _visits(now: dict[str, Any], lang: str) -> Any:
    if now["visits_max"] is None:
        return _missing(lang)
    text = say(lang, "item.visits_max", visits=formats.number(now["visits_max"]))
    return [text, html.Span([" (", html.Span(now["visit_reason"], lang="zh"), ")"])] if now["visit_reason"] and now["visits_max"] else text


def _steps(now: dict[str, Any], lang: str) -> str:
    steps, before = now["steps_count"], now["baseline_steps_count"]
    if steps is None:
        return _missing(lang)
    return say(
        lang,
        "item.steps" if before in (None, steps) else "item.steps_from",
        steps=formats.number(steps),
        before=formats.number(before or steps),
    )


def _materials(guide: dict[str, Any], lang: str) -> str:
    if not guide or guide["required_materials"] is None:
        return _missing(lang)
    words = {name: formats.number(guide[name] or 0) for name in ("required_materials", "submitted_materials")}
    return say(lang, "item.materials", required=words["required_materials"], submitted=words["submitted_materials"])


def versions(item: ItemFile) -> html.Section:
    """Every version of its catalogue entry, newest first."""
    lang = item.lang
    rows = item.versions.with_columns(
        until=pl.when(pl.col("valid_to").dt.year() >= FOREVER).then(None).otherwise(pl.col("valid_to")),
        status_word=pl.Series([code_word("status", code, lang) if code else "" for code in item.versions["status"]], dtype=pl.String),
    ).sort("valid_from", descending=True)
    columns = (
        Column("version", say(lang, "item.columns.version"), "number"),
        Column("valid_from", say(lang, "item.columns.since"), "day"),
        Column("until", say(lang, "item.columns.until"), "day", show=lambda row: _until(row, lang)),
        Column("level", say(lang, "item.columns.level"), "number"),
        Column("visits_max", say(lang, "item.columns.visits_max"), "number"),
        Column("legal_working_days", say(lang, "item.columns.legal"), "number"),
        Column("promised_working_days", say(lang, "item.columns.promised"), "number"),
        Column("steps_count", say(lang, "item.columns.steps"), "number"),
        Column("status_word", say(lang, "item.facts.status")),
    )
    title = say(lang, "item.versions.title" if rows.height != 1 else "item.versions.title_one", count=rows.height)
    return html.Section([html.H2(title), data_table(Table("versions", title, columns, rows), item.view)], className="panel-box")


def _until(row: dict[str, Any], lang: str) -> str:
    return say(lang, "item.until_now") if row["until"] is None else formats.day(row["until"], lang, short=True)


def channels(item: ItemFile) -> html.Section:
    """By channel: for what it is offered, and how many applied there."""
    lang = item.lang
    used = answers(item, RECEIVED, "channel")
    offered: dict[str, list[str]] = {}
    for channel, func in item.offered.iter_rows():
        offered.setdefault(channel, []).append(say(lang, f"item.func.{func}") if has_word(lang, f"item.func.{func}") else func)
    applied = {channel for channel, func in item.offered.iter_rows() if func == "apply"}
    rows = [
        {"channel": say(lang, f"channel.{code}"), "offered": formats.listed(offered.get(code, []), lang), "cases": used.get(code),
         "note": _note(code, applied, used, lang) if applied else ""}
        for code in CHANNELS if code in offered or used.get(code)
    ]  # fmt: skip
    data = pl.DataFrame(rows, schema={"channel": pl.String, "offered": pl.String, "cases": pl.Float64, "note": pl.String}, orient="row")
    columns = (
        Column("channel", say(lang, "item.columns.channel")),
        Column("offered", say(lang, "item.columns.offered")),
        Column("cases", say(lang, "item.columns.received"), "cases"),
        Column("note", say(lang, "item.columns.note")),
    )
    title = say(lang, "item.channels.title")
    table = Table("channels", title, columns, data, note=say(lang, "item.channels.note"))
    body = data_table(table, item.view) if rows else html.P(say(lang, "item.channels.none"), className="faint")
    return html.Section([html.H2(title), body], className="panel-box")


def _note(code: str, applied: set[str], used: dict[str, float], lang: str) -> str:
    """Where offer and use part."""
    if code in applied and not used.get(code):
        return say(lang, "item.channels.unused")
    return say(lang, "item.channels.not_offered") if used.get(code) and code not in applied else ""


def answers(item: ItemFile, indicator: Indicator, dimension: str) -> dict[str, float]:
    """A figure of the item's twelve months by a dimension; only what has a value."""
    query = Query(indicator.metric, (dimension,), (("item", item.code),), *item.span, indicator.params)
    frame = item.frame.gate.ask([query]).frames.get(query)
    rows = () if frame is None else frame.iter_rows(named=True)
    found = {row[dimension]: read_row(row).value for row in rows if row[dimension] is not None}
    return {code: value for code, value in found.items() if value is not None}


def documents(item: ItemFile) -> html.Section:
    """By document: how often it was asked for, how people provided it, and how often they were spared it."""
    lang, title = item.lang, say(item.lang, "item.documents.title")
    if item.documents.is_empty():
        return html.Section([html.H2(title), html.P(say(lang, "item.documents.none"), className="faint")], className="panel-box")
    spared = answers(item, EXEMPTED, "material")
    rows = []
    for (code,), part in item.documents.group_by("material_code", maintain_order=True):
        ways = [
            say(lang, "depth.cause_count", cause=code_word("provided_by", way or "not_provided", lang), count=formats.count(count, lang))
            for way, count in part.sort("rows", descending=True).select("provided_by", "rows").iter_rows()
        ]
        rows.append(
            {"document": paper_name(str(code), lang), "rows": part["rows"].sum(), "spared": spared.get(str(code)), "state": "insufficient_n",
             "ways": say(lang, "depth.comma").join(ways), "href": item.view.rows_href("exemption_rate")}
        )  # fmt: skip
    schema = {"document": pl.String, "rows": pl.Int64, "spared": pl.Float64, "state": pl.String, "ways": pl.String, "href": pl.String}
    columns = (
        Column("document", say(lang, "item.columns.document")),
        Column("rows", say(lang, "item.columns.times"), "cases"),
        Column("spared", say(lang, "item.columns.spared"), "share", state="state"),
        Column("ways", say(lang, "item.columns.ways")),
    )
    table = Table("documents", title, columns, pl.DataFrame(rows, schema=schema, orient="row"), order="-rows")
    return html.Section([html.H2(title), data_table(table, item.view)], className="panel-box")
