"""Papers that people hand in although they are held: by material, ranked by how many, and the items that ask for one of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table, data_table
from dashboards.figures.hbars import hbars
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.documents_rows import burden, holders
from dashboards.pages.documents_text import holder_text, paper_name, span_text, way_text
from dashboards.pages.frame import Frame
from dashboards.places import part_names
from dashboards.words import say

HELD = Indicator("exemption_opportunity", "exemption_opportunity")
SHARE = Indicator("papers_held_share", "exemption_opportunity", (("variant", "share"),))
DRAWN = 8
EMPTY = pl.DataFrame(schema={"material": pl.String, "value": pl.Float64})


def ask_papers(board: Board, frame: Frame) -> Board:
    """Note what the sections need: by material, by material and department, and by item of the chosen material."""
    board.also("held", HELD, ("material",)).also("held.share", SHARE, ("material",)).also(
        "held.departments", HELD, ("material", "department")
    )
    if frame.view.pick:
        where = (*frame.scope.where, ("material", frame.view.pick))
        board.also("items", HELD, ("item",), where).also("items.share", SHARE, ("item",), where)
    return board


def material_counts(board: Board) -> pl.DataFrame:
    """Papers handed in although held, by material, most first; only those with any."""
    found = board.frame("held")
    if found is None:
        return EMPTY
    return found.filter(pl.col("material").is_not_null() & (pl.col("value") > 0)).sort("value", "material", descending=[True, False])


def papers_chart(frame: Frame, board: Board) -> html.Section:
    """The papers that weigh most, as bars."""
    lang, view = frame.lang, frame.view
    counts = material_counts(board)
    rows = counts.with_columns(
        name=pl.Series([paper_name(code, lang) for code in counts["material"]], dtype=pl.String),
        href=pl.Series([_pick_href(frame, code) for code in counts["material"]], dtype=pl.String),
    ).select("name", "value", "href")
    pairs = [
        say(lang, "figure.pair", name=row["name"], value=formats.count(row["value"], lang))
        for row in rows.head(DRAWN).iter_rows(named=True)
    ]
    columns = (
        Column("name", say(lang, "documents.papers.paper"), href="href"),
        Column("value", say(lang, "documents.papers.held"), "materials"),
    )
    chart = Chart(
        _chart_title(rows, lang),
        hbars(rows.head(DRAWN), Look.of(lang, view.theme, "materials")),
        say(lang, "documents.alt", name=say(lang, "documents.papers.held"), parts=formats.listed(pairs or [say(lang, "drawing.none")], lang)),
        Table("papers-drawn", say(lang, "documents.papers.held"), columns, rows),
        say(lang, "documents.papers.chart_note"),
    )  # fmt: skip
    return chart_card(chart, view)


def _chart_title(rows: pl.DataFrame, lang: str) -> str:
    """The papers that make up half of all, by name."""
    if rows.is_empty():
        return say(lang, "documents.papers.title")
    half = rows.with_columns(before=pl.col("value").cum_sum() - pl.col("value")).filter(pl.col("before") * 2 < rows["value"].sum())
    names = formats.listed(half["name"].to_list()[:3], lang)
    return say(lang, "documents.papers.half", papers=names) if half.height <= 3 and rows.height > 3 else say(lang, "documents.papers.title")


def _pick_href(frame: Frame, code: str) -> str:
    return frame.view.href(pick=code, at="", find="", define="")


def papers_section(frame: Frame, board: Board) -> html.Section:
    """Every such paper with its burden, who asks for it and who holds it."""
    lang = frame.lang
    rows = _paper_rows(frame, board)
    head = [
        html.H2(say(lang, "documents.papers.ranked")),
        html.P(say(lang, "documents.papers.explained"), className="finding"),
    ]
    badge = html.Span(say(lang, "evidence.estimated"), className="badge is-estimated inline")
    visits = html.P([say(lang, "documents.papers.visits_are"), " ", badge, " ", say(lang, "documents.papers.estimated")], className="note")
    return html.Section([*head, data_table(_papers_table(rows, lang), frame.view), visits], className="panel-box")


def _paper_rows(frame: Frame, board: Board) -> pl.DataFrame:
    lang = frame.lang
    counts = material_counts(board).select("material", held="value")
    share = board.frame("held.share")
    if share is not None:
        counts = counts.join(share.select("material", "low", "high", "state", share="value"), on="material", how="left")
    else:
        counts = counts.with_columns(**{name: pl.lit(None, pl.Float64) for name in ("share", "low", "high")}, state=pl.lit("not_provided"))
    details = {row["material_code"]: row for row in burden(frame.gate, frame.scope).iter_rows(named=True)}
    asking, held_by = _asking(frame, board), holders(frame.gate, frame.scope)
    names = part_names(frame.gate, "department")
    found: list[dict[str, Any]] = []
    for code in counts["material"]:
        detail = details.get(code)
        bodies = [names[dept].name(lang) if dept in names else dept for dept in held_by.get(detail["licence_type"] if detail else "", [])]
        found.append(
            _described(code, detail, frame)
            | {"asking": asking.get(code, ("", 0))[0], "askers": asking.get(code, ("", 0))[1], "holder": holder_text(bodies, lang)}
        )
    schema = {
        "paper": pl.String,
        "href": pl.String,
        "copies": pl.Int64,
        "low_visits": pl.Int64,
        "high_visits": pl.Int64,
        "way": pl.String,
    }
    more = pl.DataFrame(found, schema=schema | {"asking": pl.String, "askers": pl.Int64, "holder": pl.String})
    return pl.concat([counts, more], how="horizontal")


def _described(code: str, detail: dict[str, Any] | None, frame: Frame) -> dict[str, Any]:
    named = {"paper": paper_name(code, frame.lang), "href": _pick_href(frame, code)}
    if detail is None:
        return named | {"copies": None, "low_visits": None, "high_visits": None, "way": None}
    kept = {"copies": detail["copies"], "low_visits": detail["visits_low"], "high_visits": detail["visits_high"]}
    return named | kept | {"way": way_text(detail, frame.lang)}


def _asking(frame: Frame, board: Board) -> dict[str, tuple[str, int]]:
    """By material: the department that asks for most of it, and how many ask."""
    found = board.frame("held.departments")
    if found is None:
        return {}
    names = part_names(frame.gate, "department")
    known = found.filter((pl.col("value") > 0) & pl.col("department").is_not_null()).sort("value", "department", descending=[True, False])
    grouped = known.group_by("material", maintain_order=True).agg(pl.col("department").first(), pl.len().alias("count"))
    return {
        row["material"]: (names[row["department"]].name(frame.lang) if row["department"] in names else row["department"], row["count"])
        for row in grouped.iter_rows(named=True)
    }


def _papers_table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("paper", say(lang, "documents.papers.paper"), href="href"),
        Column("held", say(lang, "documents.papers.held"), "materials"),
        Column("share", say(lang, "documents.papers.share"), "share", state="state", low="low", high="high"),
        Column("copies", say(lang, "documents.papers.copies"), "copies"),
        Column("high_visits", say(lang, "documents.papers.visits"), "number", show=lambda row: _visits(row, lang)),
        Column("asking", say(lang, "documents.papers.asking"), show=lambda row: _asked_by(row, lang)),
        Column(
            "holder", say(lang, "documents.papers.holder"), show=lambda row: row["holder"] or say(lang, "documents.papers.holder_unknown")
        ),
        Column("way", say(lang, "documents.papers.way")),
    )
    return Table("papers", say(lang, "documents.papers.ranked"), columns, rows, order="-held", note=say(lang, "documents.papers.note"))


def _visits(row: dict[str, Any], lang: str) -> Any:
    if row["high_visits"] is None:
        return say(lang, "state.not_provided")
    return span_text(row["low_visits"], row["high_visits"], lang)


def _asked_by(row: dict[str, Any], lang: str) -> str:
    if not row["askers"]:
        return say(lang, "state.not_provided")
    if row["askers"] == 1:
        return row["asking"]
    return say(lang, "documents.papers.holders", first=row["asking"], more=formats.count(row["askers"] - 1, lang))


def items_section(frame: Frame, board: Board) -> list:
    """The items that ask for the chosen paper, each with its page and its rows; nothing without a choice."""
    code, lang, view = frame.view.pick, frame.lang, frame.view
    if not code:
        return []
    rows = _item_rows(frame, board)
    name = paper_name(code, lang)
    columns = (
        Column("name", say(lang, "filter.item"), href="href"),
        Column("dept", say(lang, "filter.dept")),
        Column("value", say(lang, "documents.papers.held"), "materials", href="rows_href"),
        Column("share", say(lang, "documents.papers.share"), "share", state="state", low="low", high="high"),
    )
    table = Table("items", say(lang, "documents.items.title", paper=name), columns, rows, order="-value", size=12)
    close = html.A(
        say(lang, "documents.items.close"), href=view.href(pick="", sort="", at="", find=""), className="close-pick",
        **aria(label=say(lang, "chip.remove", filter=name)),
    )  # fmt: skip
    said = html.P([say(lang, "documents.items.explained", paper=name), " ", close], className="finding")
    return [html.Section([html.H2(table.title), said, data_table(table, view)], className="panel-box picked", id="picked")]


def _item_rows(frame: Frame, board: Board) -> pl.DataFrame:
    found, share = board.frame("items"), board.frame("items.share")
    if found is None or share is None:
        found = share = pl.DataFrame(schema={"item": pl.String, "state": pl.String, **dict.fromkeys(("value", "low", "high"), pl.Float64)})
    known = found.filter((pl.col("value") > 0) & pl.col("item").is_not_null()).select("item", "value")
    rows = known.join(share.select("item", "state", "low", "high", share="value"), on="item", how="left")
    names, owners = part_names(frame.gate, "item"), _owners(frame)
    codes = rows["item"].to_list()
    return rows.with_columns(
        name=pl.Series([names[code].name(frame.lang) if code in names else code for code in codes], dtype=pl.String),
        dept=pl.Series([owners.get(code, "") for code in codes], dtype=pl.String),
        href=pl.Series([frame.view.go(f"/item/{code}") for code in codes], dtype=pl.String),
        rows_href=pl.Series([frame.rows_href("exemption_opportunity", "numerator", item=code) for code in codes], dtype=pl.String),
    ).sort("value", "item", descending=[True, False])


OWNERS = "select item_id, arg_max(dept_id, version) as dept_id from mart_item group by item_id"


def _owners(frame: Frame) -> dict[str, str]:
    """The department of each item, by name."""
    names = part_names(frame.gate, "department")
    pairs = frame.gate.table(OWNERS).iter_rows()
    return {item: names[dept].name(frame.lang) if dept in names else dept or "" for item, dept in pairs}
