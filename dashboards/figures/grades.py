"""The five grades of ratings as one bar of 100 % a part: bad ones from zero, good ones after them, what was graded by default hatched and apart."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards import formats
from dashboards.figures.drawing import Drawing
from dashboards.figures.hover import BOX
from dashboards.figures.labels import Entry, add_key, clipped, width, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import neutral, thinned
from dashboards.words import say

ROW = 36
LETTER = 6  # pixels of a letter of a name, rather too few than too many
GRADES = (1, 2, 3, 4, 5)  # 1 very bad to 5 very good; 1 and 2 count as bad


def grades(ratings: pl.DataFrame, look: Look) -> Drawing:
    """Draw `ratings` (part: the shown name, grade 1 very bad to 5 very good, count, by_default; first part on top)."""
    counted = _counted(ratings)
    if not counted:
        return without_data(look, ROW * 4, ratings)
    figure = blank(look, 84 + ROW * len(counted))
    for grade in GRADES:
        _add_piece(figure, counted, (grade, False), look)
    _add_piece(figure, counted, (0, True), look)
    names = [f"{clipped(part, 22)}  <b>n {formats.count(sum(found.values()), look.lang)}</b>" for part, found in counted.items()]
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.4, -0.6], showgrid=False,
        tickfont={"color": look.palette.ink, "size": 13}, ticklabelstandoff=6,
    )  # fmt: skip
    suffix = Look(look.lang, look.palette, "share").suffix
    figure.update_xaxes(range=[0, 100.4], ticksuffix=suffix, dtick=25, tick0=0, showline=False)
    figure.update_layout(barmode="stack", hovermode="closest", margin={"r": 24})
    _explain(figure, look, has_default=any(found.get(0) for found in counted.values()))
    figure.notes[-1]["xshift"] = -LETTER * max(width(name) for name in names)  # under the names too, where a phone has room
    return figure


def _counted(ratings: pl.DataFrame) -> dict[str, dict[int, float]]:
    """Counts of each part by grade, those by default together under 0; parts without any rating are left out."""
    found: dict[str, dict[int, float]] = {}
    for row in ratings.filter(pl.col("count") > 0).iter_rows(named=True):
        grade = 0 if row["by_default"] else row["grade"]
        own = found.setdefault(row["part"], {})
        own[grade] = own.get(grade, 0.0) + row["count"]
    return found


def colours(look: Look) -> dict[int, str]:
    """A colour for every grade, 0 for default."""
    palette = look.palette
    return {
        0: neutral(palette),
        1: palette.bad,
        2: thinned(palette, palette.bad),
        3: thinned(palette, palette.ink_faint),
        4: thinned(palette, palette.good),
        5: palette.good,
    }


def _add_piece(figure: Drawing, counted: dict[str, dict[int, float]], piece: tuple[int, bool], look: Look) -> None:
    grade, is_default = piece
    name = say(look.lang, "drawing.by_default") if is_default else say(look.lang, f"drawing.grade.{grade}")
    colour = colours(look)[grade]
    shares = [found.get(grade, 0.0) / sum(found.values()) for found in counted.values()]
    marker: dict[str, Any] = {"color": colour, "line": {"color": look.palette.surface, "width": 1}}
    if is_default:
        marker["pattern"] = {"shape": "/", "fgcolor": colour, "bgcolor": look.palette.surface, "size": 6, "solidity": 0.35}
    figure.add_bar(
        x=[share * 100 for share in shares],
        y=list(range(len(counted))),
        orientation="h",
        width=0.62,
        marker=marker,
        hovertext=[
            f"<b>{plain(part)}</b><br>"
            + say(
                look.lang,
                "drawing.grade_line",
                grade=name,
                share=formats.share(share, look.lang),
                count=formats.count(found.get(grade, 0), look.lang),
            )
            for (part, found), share in zip(counted.items(), shares, strict=True)
        ],
        hovertemplate=BOX,
        name="default" if is_default else f"grade {grade}",
    )


def _explain(figure: Drawing, look: Look, *, has_default: bool) -> None:
    own = colours(look)
    entries = [
        Entry("■", own[1], say(look.lang, "drawing.bad_grades")),
        Entry("■", own[3], say(look.lang, "drawing.fair_grade")),
        Entry("■", own[5], say(look.lang, "drawing.good_grades")),
        *([Entry("▨", own[0], say(look.lang, "drawing.by_default"))] if has_default else []),
    ]
    add_key(figure, entries, look)
