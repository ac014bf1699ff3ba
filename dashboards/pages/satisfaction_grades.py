"""The five grades by channel, those that somebody really gave apart from those that the system filled in."""

from __future__ import annotations

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.figures.grades import grades
from dashboards.figures.look import Look
from dashboards.indicators import Indicator
from dashboards.pages.frame import Frame
from dashboards.pages.satisfaction_told import grades_finding
from dashboards.readings import Reading
from dashboards.words import say

GRADES = (1, 2, 3, 4, 5)
VARIANTS = ("all", "active")
KEYS = ("very_bad", "bad", "fair", "good", "very_good")  # names of the grades' columns
SCHEMA = {"code": pl.String, "part": pl.String, "grade": pl.Int64, "count": pl.Float64, "by_default": pl.Boolean}


def ask_grades(board: Board) -> None:
    """Note the questions: each grade of all ratings and of the active ones, by channel and in all."""
    for grade in GRADES:
        for variant in VARIANTS:
            indicator = Indicator("rating_grade_share", "rating_grade_share", (("grade", grade), ("variant", variant)))
            board.also(_key(grade, variant, "channel"), indicator, ("channel",))
            board.also(_key(grade, variant, ""), indicator, ())


def _key(grade: int, variant: str, by: str) -> str:
    return f"grades.{grade}.{variant}.{by}"


def grades_card(frame: Frame, board: Board, default: Reading) -> html.Section:
    """The bars with their finding."""
    lang = frame.lang
    rows = rating_counts(board, lang)
    table = _table(rows, lang)
    chart = Chart(
        grades_finding(default, lang),
        grades(rows, Look.of(lang, frame.view.theme, "share")),
        say(lang, "satisfaction.grades.alt", parts=_alt(table.rows, lang)),
        table,
        say(lang, "satisfaction.grades.note"),
    )
    return chart_card(chart, frame.view)


def rating_counts(board: Board, lang: str) -> pl.DataFrame:
    """Ratings by channel, grade and whether the system gave them; all channels together first, then the largest."""
    found = [row for grade in GRADES for row in _of_grade(board, grade, "", lang)]
    parts = [row for grade in GRADES for row in _of_grade(board, grade, "channel", lang)]
    whole = pl.DataFrame(found, schema=SCHEMA, orient="row")
    channels = pl.DataFrame(parts, schema=SCHEMA, orient="row").filter(pl.col("count") > 0)
    sizes = channels.group_by("code").agg(size=pl.col("count").sum())
    ordered = channels.join(sizes, on="code").sort(["size", "code", "grade"], descending=[True, False, False])
    return whole if sizes.height < 2 else pl.concat([whole, ordered.drop("size")])


def _of_grade(board: Board, grade: int, by: str, lang: str) -> list[tuple]:
    """Of one grade a row for what people gave and one for what the system filled in, for each channel."""
    counted = {variant: _counts(board.frame(_key(grade, variant, by)), by) for variant in VARIANTS}
    rows = []
    for code, total in counted["all"].items():
        active = counted["active"].get(code, 0.0)
        name = say(lang, f"channel.{code or 'all'}")
        rows += [(code, name, grade, active, False), (code, name, grade, max(total - active, 0.0), True)]
    return rows


def _counts(frame: pl.DataFrame | None, by: str) -> dict[str, float]:
    """Numerators by channel code (empty: in all)."""
    if frame is None:
        return {}
    return {(row[by] or "other") if by else "": row["numerator"] or 0.0 for row in frame.iter_rows(named=True)}


def _table(rows: pl.DataFrame, lang: str) -> Table:
    """One line a channel: counts of each grade that people gave, those by default, all."""
    active: dict[str, dict[int, float]] = {}
    default: dict[str, float] = {}
    for row in rows.iter_rows(named=True):
        part, given = row["part"], active.setdefault(row["part"], {})
        if row["by_default"]:
            default[part] = default.get(part, 0.0) + row["count"]
        else:
            given[row["grade"]] = row["count"]
    lines = [_line(part, given, default.get(part, 0.0)) for part, given in active.items()]
    schema = {"part": pl.String, **dict.fromkeys((*KEYS, "default", "total"), pl.Float64)}
    columns = (
        Column("part", say(lang, "satisfaction.columns.channel")),
        *(Column(key, say(lang, f"drawing.grade.{grade}"), "cases") for key, grade in zip(KEYS, GRADES, strict=True)),
        Column("default", say(lang, "drawing.by_default"), "cases"),
        Column("total", say(lang, "satisfaction.columns.ratings"), "cases"),
    )
    return Table("grades", say(lang, "satisfaction.grades.table"), columns, pl.DataFrame(lines, schema=schema, orient="row"))


def _line(part: str, active: dict[int, float], default: float) -> tuple:
    return (part, *(active.get(grade, 0.0) for grade in GRADES), default, sum(active.values()) + default)


def _alt(rows: pl.DataFrame, lang: str) -> str:
    """All channels in words."""
    if rows.is_empty():
        return ""
    first = rows.row(0, named=True)
    named = [(say(lang, f"drawing.grade.{grade}"), first[key]) for key, grade in zip(KEYS, GRADES, strict=True)]
    named.append((say(lang, "drawing.by_default"), first["default"]))
    return formats.listed([f"{name} {formats.count(count, lang)}" for name, count in named], lang)
