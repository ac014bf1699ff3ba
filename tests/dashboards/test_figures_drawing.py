"""Figures in plotly's form: what is changed is merged, panels lie where plotly lays them, and what plotly does not know is refused."""

import pytest
from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from dashboards.controls import View
from dashboards.figures.drawing import Drawing
from dashboards.figures.panels import Panels, axes_of, domains_of
from dashboards.gate import Gate
from dashboards.pages.catalog import PAGES
from dashboards.pages.render import page


def axes(figure):
    """The axes of plotly's own figure, as they are sent."""
    return {key: axis for key, axis in figure.to_plotly_json()["layout"].items() if key.startswith(("xaxis", "yaxis"))}


def test_traces_and_notes_stand_in_the_order_in_which_they_are_added():
    figure = Drawing(300)
    figure.add_bar(x=[1, None], y=[2, 3], name="value", customdata=None)
    figure.add_scatter(x=[4], y=[5], name="last")
    figure.add_annotation(x=1, text="a")
    figure.add_annotation(x=2, text="b")
    assert figure.data == [
        {"type": "bar", "x": [1, None], "y": [2, 3], "name": "value"},
        {"type": "scatter", "x": [4], "y": [5], "name": "last"},
    ]
    assert figure.layout == {"height": 300, "annotations": [{"x": 1, "text": "a"}, {"x": 2, "text": "b"}]}
    assert (figure.values("x"), figure.names, figure.height) == ([1, None, 4], {"value", "last"}, 300)


def test_changes_are_merged_and_nothing_takes_a_value_away():
    font = {"size": 12}
    figure = Drawing(300)
    figure.update_layout(margin={"l": 1, "t": 2})
    figure.update_layout(margin={"t": 3}, bargap=0.2)
    figure.update_yaxes(autorange="reversed", tickfont=font)
    figure.update_yaxes(autorange=None, range=[0, 9], tickfont={"color": "#fff"})
    assert figure.layout == {
        "height": 300,
        "margin": {"l": 1, "t": 3},
        "bargap": 0.2,
        "yaxis": {"range": [0, 9], "tickfont": {"size": 12, "color": "#fff"}},
    }
    assert figure.ends("yaxis") == (0, 9)
    assert font == {"size": 12}, "values that charts share stay as they are"


@pytest.mark.parametrize(("down", "across"), [(1, 1), (1, 3), (3, 1), (2, 3), (6, 4)])
def test_panels_lie_where_plotly_lays_them(down, across):
    gaps = {"vertical_spacing": 0.1 if down > 1 else 0, "horizontal_spacing": 0.05 if across > 1 else 0}
    expected = make_subplots(rows=down, cols=across, shared_xaxes=True, shared_yaxes=True, **gaps)
    figure = Drawing(300)
    Panels(down, across, gaps["vertical_spacing"], gaps["horizontal_spacing"]).lay_out(figure)
    assert axes(figure.checked()) == axes(expected)
    assert len(axes(expected)) == 2 * down * across


def test_a_change_of_all_axes_reaches_every_panel_and_a_trace_its_own():
    figure = Drawing(300)
    Panels(2, 1, 0.2).lay_out(figure)
    figure.update_xaxes(tickangle=0)
    assert (figure.layout["xaxis"]["tickangle"], figure.layout["xaxis2"]["tickangle"]) == (0, 0)
    assert "tickangle" not in figure.layout["yaxis"]
    assert [axes_of(at) for at in (0, 1)] == [{"xaxis": "x", "yaxis": "y"}, {"xaxis": "x2", "yaxis": "y2"}]
    assert domains_of(1) == {"xref": "x2 domain", "yref": "y2 domain"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda figure: figure.add_scatter(x=[1], y=[1], nmae="value"),
        lambda figure: figure.add_bar(x=[1], marker={"colour": "#123456"}),
        lambda figure: figure.add_heatmap(z=[[1]], colorscale=[[0, "no colour"], [1, "#123456"]]),
        lambda figure: figure.add_annotation(text="a", xanchor="beside"),
        lambda figure: figure.add_shape(type="pentagon"),
        lambda figure: figure.update_xaxes(nticks=-1),
        lambda figure: figure.update_layout(barmode="pile"),
    ],
)
def test_what_plotly_does_not_know_is_refused(spoil):
    figure = Drawing(300)
    figure.checked()
    spoil(figure)
    with pytest.raises(ValueError):
        figure.checked()


def test_the_charts_of_every_page_are_sent_as_plotly_knows_them(tiny_city, charts):
    gate, paths = Gate(tiny_city), [one.path for one in PAGES if one.in_menu]
    views = [
        View(path=path, period="2018-10", lang=lang, theme=theme) for path in paths for lang, theme in (("en", "light"), ("zh", "dark"))
    ]
    found = [chart for view in views for chart in charts(page(gate, view))]
    assert [Figure(chart.figure).layout.height for chart in found] == [chart.style["height"] for chart in found]
    assert len(found) > 40
