"""What lists of cases share: case, item and department by name, each leading to its page. A link is made when its row is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from dashboards.cards.table import Column
from dashboards.controls import View
from dashboards.pages.frame import Frame
from dashboards.places import Place, part_names
from dashboards.words import say

Link = Callable[[dict[str, Any]], str | None]


def case_columns(frame: Frame, words: str) -> tuple[Column, Column, Column]:
    """Columns of rows with case_id, item_id and dept_id whose names `with_names` added; `words`: of the page, which has the heads."""
    lang, view = frame.lang, frame.view
    items, departments = part_names(frame.gate, "item"), part_names(frame.gate, "department")
    return (
        Column("case_id", say(lang, f"{words}.columns.case"), "code", href=_case(view)),
        Column("item", say(lang, f"{words}.columns.item"), href=_known(view, items, ("item_id", "/item/", "item"))),
        Column("department", say(lang, f"{words}.columns.department"), href=_known(view, departments, ("dept_id", "/department/", "dept"))),
    )


def _case(view: View) -> Link:
    return lambda row: view.go(f"/case/{row['case_id']}") if row["case_id"] else None


def _known(view: View, known: dict[str, Place], where: tuple[str, str, str]) -> Link:
    """`where`: column of the code, path of its page, and the filter that the page itself is."""
    column, path, field = where
    return lambda row: view.go(f"{path}{row[column]}", **{field: ""}) if row[column] in known else None


def with_names(frame: Frame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with item and department by name; a code that has none stays."""
    made = [
        pl.Series(column, _names(rows[code], part_names(frame.gate, dimension), frame.lang), dtype=pl.String)
        for column, code, dimension in (("item", "item_id", "item"), ("department", "dept_id", "department"))
    ]
    return rows.with_columns(made)


def _names(codes: pl.Series, known: dict[str, Place], lang: str) -> list[str | None]:
    shown = {code: known[code].name(lang) if code in known else code for code in codes.unique().to_list()}
    return [shown[code] for code in codes.to_list()]
