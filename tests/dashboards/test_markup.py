"""Components as text: escaped, complete, and never leading outside."""

import re

import pytest
from dash import dcc, html

from dashboards.markup import lighten, to_html


def test_text_and_attributes_are_escaped():
    part = html.P(["a < b & ", html.Span('"quoted"', title='say "x" <y>', **{"aria-label": "'"})])
    assert to_html(part) == '<p>a &lt; b &amp; <span title="say &quot;x&quot; &lt;y&gt;" aria-label="&#x27;">"quoted"</span></p>'


def test_styles_are_written_in_css_names():
    assert (
        to_html(html.Span(style={"width": "10%", "WebkitMaskImage": 'url("x")'}))
        == '<span style="width:10%;-webkit-mask-image:url(&quot;x&quot;)"></span>'
    )


def test_react_names_become_html_names():
    assert to_html(html.Td("x", className="num", colSpan=2)) == '<td class="num" colspan="2">x</td>'


@pytest.mark.parametrize("href", ["https://example.org/", "//example.org", "javascript:alert(1)", "data:text/html,x"])
def test_links_lead_only_inside(href):
    with pytest.raises(ValueError, match="leads outside"):
        to_html(html.A("x", href=href))


def test_what_cannot_be_static_is_refused():
    with pytest.raises(ValueError, match="n_clicks"):
        to_html(html.Button("x", n_clicks=3))


def test_only_parts_without_live_components_are_folded():
    page = lighten(html.Div([html.Ul([html.Li("one")]), html.Section([html.H2("Chart"), dcc.Graph(id="g")])]))
    folded, section = page.children
    assert folded.to_plotly_json()["props"]["data-html"] == "<li>one</li>"
    assert getattr(folded, "children", None) is None
    assert section.children[0].children == "Chart"
    assert isinstance(section.children[1], dcc.Graph)


def test_equal_parts_keep_identities_of_their_own_and_other_content_another():
    page = lighten(html.Div([dcc.Store(id="s"), html.Ul([html.Li("one")]), html.Ul([html.Li("one")]), html.Ul([html.Li("two")])]))
    ids = [part.id for part in page.children[1:]]
    assert len(set(ids)) == 3
    again = lighten(html.Div([dcc.Store(id="s"), html.Ul([html.Li("one")])]))
    assert again.children[1].id == ids[0]


def test_folding_changes_nothing_in_the_text_of_a_page():
    def page():
        return html.Div(
            [html.P(["a", html.B("<b>")]), html.Div([dcc.Graph(style={"height": 300}), html.Ul([html.Li("x")], className="c")])]
        )

    plain = to_html(page())
    assert re.sub(r' id="fold-[^"]*"', "", to_html(lighten(page()))) == plain
    assert '<div style="height:300px"></div>' in plain
