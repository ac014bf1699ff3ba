"""Parts of a whole, flows, steps and grades: each piece as large as its number, the rest together, shares of what was there."""

import polars as pl
import pytest

from dashboards.figures.grades import colours, grades
from dashboards.figures.look import Look
from dashboards.figures.mix import Mix, mix
from dashboards.figures.sankey import sankey, sankey_alt
from dashboards.figures.shades import neutral, ramp
from dashboards.figures.stages import stages
from dashboards.theme import DARK, LIGHT

CASES = Look(unit="cases")


def parts(**values):
    """Values of two months by part; the second month is provisional."""
    rows = [
        {"period": period, "part": part, "value": float(value), "is_provisional": period == "2018-02"}
        for period, at in (("2018-01", 0), ("2018-02", 1))
        for part, value in ((name, pair[at]) for name, pair in values.items())
    ]
    return pl.DataFrame(rows)


def bars(figure):
    return {trace.name: trace for trace in figure.data}


def test_a_mix_fills_a_hundred_per_cent_with_the_largest_part_at_the_foot():
    figure = mix(parts(web=(30, 10), window=(60, 30), app=(10, 10)), CASES).checked()
    found = bars(figure)
    assert list(found) == ["window", "web", "app"]
    assert list(found["window"].y) == pytest.approx([60, 60])
    assert list(found["web"].y) == pytest.approx([30, 20])
    assert figure.layout.barmode == "stack" and tuple(figure.layout.yaxis.range) == (0, 100)
    assert found["web"].hovertext[0] == "<b>web</b> 30.0\u202f% (30)"


def test_a_mix_in_counts_starts_at_zero_and_keeps_the_counts():
    figure = mix(parts(web=(30, 10), window=(60, 30)), CASES, Mix(is_share=False, order=("web", "window"))).checked()
    assert [(trace.name, list(trace.y)) for trace in figure.data] == [("web", [30, 10]), ("window", [60, 30])]
    assert figure.layout.yaxis.range[0] == 0 and figure.layout.yaxis.range[1] >= 90


def test_more_than_six_parts_become_five_and_the_rest():
    many = {f"p{size}": (size, size) for size in range(1, 9)}
    figure = mix(parts(**many), CASES).checked()
    assert [trace.name for trace in figure.data] == ["p8", "p7", "p6", "p5", "p4", "Other"]
    assert figure.data[-1].y[0] == pytest.approx(100 * 6 / 36)
    assert figure.data[-1].marker.color == neutral(LIGHT)
    assert [trace.marker.color for trace in figure.data[:-1]] == list(ramp(LIGHT, 5))


def test_a_provisional_period_of_a_mix_is_hatched_and_its_shares_are_not_told():
    figure = mix(parts(web=(30, 10), window=(60, 30)), CASES).checked()
    assert list(figure.data[0].marker.pattern.shape) == ["", "/"]
    assert [note.text for note in figure.layout.annotations] == ["window", "web"]
    settled = mix(parts(web=(30, 10), window=(60, 30)).with_columns(is_provisional=pl.lit(value=False)), CASES).checked()
    assert [note.text for note in settled.layout.annotations] == ["window <b>75.0\u202f%</b>", "web <b>25.0\u202f%</b>"]


def test_a_part_that_is_missing_in_a_month_is_a_gap_and_a_month_of_nothing_is_not_divided():
    rows = parts(web=(30, 10), window=(60, 30)).filter((pl.col("part") != "web") | (pl.col("period") == "2018-01"))
    assert bars(mix(rows, CASES).checked())["web"].y == (pytest.approx(100 / 3), None)
    empty_month = parts(web=(30, 0), window=(60, 0))
    assert bars(mix(empty_month, CASES).checked())["web"].y[1] is None


FLOWS = pl.DataFrame(
    [
        {"stage": 0, "source": "Web", "target": "Done", "value": 70.0, "href": "/cases?a=1"},
        {"stage": 0, "source": "Window", "target": "Done", "value": 20.0, "href": "/cases?a=2"},
        {"stage": 0, "source": "Window", "target": "Refused", "value": 10.0, "href": None},
        {"stage": 1, "source": "Done", "target": "Window", "value": 90.0, "href": None},
        {"stage": 1, "source": "Done", "target": "Courier", "value": 0.0, "href": None},
    ]
)


def test_flows_join_the_boxes_of_their_stages():
    (trace,) = sankey(FLOWS, CASES).checked().data
    labels = list(trace.node.label)
    assert labels == ["Web 70", "Window 30", "Done 90", "Refused 10", "Window 90"]
    pairs = [(labels[a], labels[b], value) for a, b, value in zip(trace.link.source, trace.link.target, trace.link.value, strict=True)]
    assert pairs == [("Web 70", "Done 90", 70), ("Window 30", "Done 90", 20), ("Window 30", "Refused 10", 10), ("Done 90", "Window 90", 90)]
    assert list(trace.link.customdata) == ["/cases?a=1", "/cases?a=2", "", ""]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_boxes_take_their_colours_from_the_palette_and_stay_within_the_frame(palette):
    (trace,) = sankey(FLOWS, Look(palette=palette, unit="cases")).checked().data
    assert list(trace.node.color) == [palette.accent] * 2 + [neutral(palette)] * 3
    assert trace.textfont.color == palette.ink
    assert all(0 < place < 1 for place in (*trace.node.x, *trace.node.y))


def test_flows_in_words_name_the_total_and_the_largest():
    assert sankey_alt(FLOWS, CASES) == "Flow of 100: Done to Window: 90; Web to Done: 70; Window to Done: 20; Window to Refused: 10."
    assert sankey_alt(FLOWS.clear(), CASES) == "No data for this period"


def test_steps_start_at_zero_and_tell_the_share_of_the_step_before():
    rows = pl.DataFrame({"stage": ["Bad", "Verified", "Put right", "Seen"], "count": [200, 150, 0, 0], "href": ["/a", "/b", None, None]})
    figure = stages(rows, CASES).checked()
    assert list(figure.data[0].x) == [200, 150, 0, 0]
    assert figure.layout.xaxis.range[0] == 0
    assert [note.text for note in figure.layout.annotations] == [
        "Bad  <b>200</b>",
        "Verified  <b>150</b> · 75.0\u202f% of the step before",
        "Put right  <b>0</b> · 0.0\u202f% of the step before",
        "Seen  <b>0</b> · no share of the step before, which is empty",
    ]
    given = stages(pl.DataFrame({"stage": ["Bad", "Verified"], "count": [200, 150], "share": [None, 0.7]}), CASES).checked()
    assert given.layout.annotations[1].text.endswith("70.0\u202f% of the step before")


RATINGS = pl.DataFrame(
    [
        {"part": "Window", "grade": 1, "count": 2, "by_default": False},
        {"part": "Window", "grade": 2, "count": 3, "by_default": False},
        {"part": "Window", "grade": 5, "count": 45, "by_default": False},
        {"part": "Window", "grade": 5, "count": 50, "by_default": True},
        {"part": "Web", "grade": 4, "count": 0, "by_default": False},
    ]
)


def test_grades_lie_from_very_bad_to_very_good_with_defaults_apart_and_hatched():
    figure = grades(RATINGS, CASES).checked()
    assert {trace.name: list(trace.x) for trace in figure.data} == {
        "grade 1": [2.0], "grade 2": [3.0], "grade 3": [0.0], "grade 4": [0.0], "grade 5": [45.0], "default": [50.0],
    }  # fmt: skip
    assert figure.data[-1].marker.pattern.shape == "/"
    assert list(figure.layout.yaxis.ticktext) == ["Window  <b>n 100</b>"]
    assert figure.data[0].hovertext[0] == "<b>Window</b><br>Very bad: 2.0\u202f% (2)"
    assert figure.data[0].marker.color == LIGHT.bad == colours(CASES)[1]


def test_without_default_grades_the_key_does_not_speak_of_them():
    (key,) = [note.text for note in grades(RATINGS.filter(~pl.col("by_default")), CASES).checked().layout.annotations]
    assert "default" not in key and "Bad or very bad" in key
