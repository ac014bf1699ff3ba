"""The frame of every page: name, place, period and channel menus, language, theme, print; the trust line; the foot.

Menus are lists of links made from the view, so that what they do is in the URL and works without a callback.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria, data
from dashboards.controls import CHANNELS, PLACE_PATH, View
from dashboards.course import Scope, Where
from dashboards.gate import Gate
from dashboards.periods import Period
from dashboards.places import Place, Tree, tree
from dashboards.provisional import open_from
from dashboards.tour import tour
from dashboards.trust import Trust, first_year, trust
from dashboards.wall import wall_bar
from dashboards.words import has_word, say

YEARS_SHOWN = 8
BULLETINS = ("pdf", "xlsx", "html")
MenuEntry = tuple[str, str]  # key of its words under page, path


def period_of(view: View, as_of: date, settled_before: date) -> Period:
    """The period that a view shows: as asked for, never beyond the data, else the latest that every tile's figure has settled."""
    chosen = view.chosen_period
    if chosen is not None and chosen.start <= as_of:
        return chosen
    return Period.latest_before(settled_before, chosen.grain if chosen else "month")


def scope_of(gate: Gate, view: View, as_of: date, where: Where) -> Scope:
    """Where and when a view looks."""
    first = open_from(gate)
    settled_before = min(first or as_of + timedelta(days=1), as_of + timedelta(days=1))
    return Scope(where, period_of(view, as_of, settled_before), as_of, view.channel, first)


def whole_name(found: Tree, lang: str) -> str:
    """What all the data together are called."""
    return found.whole.name(lang) if found.whole else say(lang, "nav.all_places")


def header(gate: Gate, view: View, menu: Sequence[MenuEntry]) -> list:
    """The bars on top of every page; `menu`: the pages that the second one leads to."""
    if view.wall:
        return [wall_bar(view, _stops(tree(gate), view))]
    return bare_header(view, menu, _filters(gate, view, trust(gate).as_of))


def bare_header(view: View, menu: Sequence[MenuEntry] = (), filters: Sequence = ()) -> list:
    """The bars without filters, for an installation without data."""
    lang = view.lang
    home = html.A(
        [html.Span("一门", className="mark", lang="zh"), html.Span("OneGate", className="mark-latin", lang="en")],
        href=view.go("/", place="", dept="", site="", item=""),
        className="home",
    )
    other = "zh" if lang == "en" else "en"
    theme = "dark" if view.theme == "light" else "light"
    tools = [
        html.A(
            say(lang, f"language.{other}"),
            href=view.href(lang=other),
            lang=other,
            className="tool",
            **aria(label=say(lang, f"language.{other}")),
        ),
        html.A(
            "☾" if theme == "dark" else "☀",
            href=view.href(theme=theme),
            className="tool",
            title=say(lang, f"theme.to_{theme}"),
            **aria(label=say(lang, f"theme.to_{theme}")),
        ),
        *([_menu("bulletin", "", _bulletin_links(view), lang)] if filters else []),
        html.A(say(lang, "nav.wall"), href=view.href(wall="1", define=""), className="tool wall-switch"),
        html.Button(say(lang, "nav.print"), className="tool print", type="button"),
    ]
    return [
        html.A(say(lang, "app.skip"), href="#page", className="skip"),
        html.Div(
            [
                home,
                html.Nav(list(filters), className="filters", **aria(label=say(lang, "nav.filters"))),
                html.Div(tools, className="tools"),
            ],
            className="bar",
        ),
        *([tour(lang)] if view.path == "/" and filters else []),
        *(
            [html.Nav(html.Ul([_menu_link(entry, view) for entry in menu]), className="pages-bar", **aria(label=say(lang, "nav.pages")))]
            if menu
            else []
        ),
    ]


def _menu_link(entry: MenuEntry, view: View) -> html.Li:
    """A page of the bar; the place and the filters of this page go along."""
    key, path = entry
    place = view.here
    href = view.go(f"{PLACE_PATH}{place}", place="") if path == "/" and place else view.go(path, place="" if path == "/" else place)
    is_here = view.path == path or (path == "/" and view.path.startswith(PLACE_PATH))
    return html.Li(html.A(say(view.lang, f"page.{key}"), href=href, **(aria(current="page") if is_here else {})))


def _stops(found: Tree, view: View) -> list[tuple[str, str]]:
    """The whole and its parts, each as this page shows it."""
    whole = (whole_name(found, view.lang), _place_href(view, ""))
    return [whole, *((place.name(view.lang), _place_href(view, place.code)) for place in found.parts())]


def _filters(gate: Gate, view: View, as_of: date) -> list:
    lang = view.lang
    period = scope_of(gate, view, as_of, ()).period
    found = tree(gate)
    menus = [
        _menu("place", *_place_menu(found, view), lang),
        _menu("period", formats.period(period, lang), _period_links(view, period, as_of, min(first_year(gate), period.start.year)), lang),
        _menu("channel", say(lang, f"channel.{view.channel or 'all'}"), _channel_links(view), lang),
    ]
    return [*menus, _menu("compare", *_compare_menu(found, view), lang)] if len(found.parts()) > 1 else menus


def _compare_menu(found: Tree, view: View) -> tuple[str, list]:
    """Another place to set beside the page's own: those of its level, or the parts of the whole."""
    lang, here = view.lang, view.here
    around = found.parent(here) if found.place(here) else None
    places = [place for place in found.parts(around.code if around else None) if place.code != here]
    beside = found.place(view.compare)
    nothing = _choice(say(lang, "nav.compare_none"), view.href(compare="", define=""), beside is None)
    choices = [_choice(place.name(lang), view.href(compare=place.code, define=""), place == beside) for place in places]
    return beside.name(lang) if beside else say(lang, "nav.compare_none"), [html.Ul([nothing, *choices], className="choices")]


def _place_href(view: View, code: str) -> str:
    """The same page for another place: the overview and the pages of places change their address, the others their filter.

    A hall stands in one place: another leads to the halls there.
    """
    if view.path == "/" or view.path.startswith(PLACE_PATH):
        return view.href(path=f"{PLACE_PATH}{code}" if code else "/", place="", define="")
    if view.path.startswith("/site/"):
        return view.go("/waiting", place=code)
    return view.href(place=code, at="", find="", define="")


def _menu(key: str, shown: str, body: list, lang: str) -> html.Details:
    summary = html.Summary([html.Span(say(lang, f"nav.{key}"), className="menu-label"), html.Span(shown, className="menu-value")])
    return html.Details([summary, html.Div(body, className="menu-body")], className=f"menu is-{key}")


def _place_menu(found: Tree, view: View) -> tuple[str, list]:
    """The name of the page's place; the whole with its parts, and under the one that the page is about, its own."""
    lang, code = view.lang, view.here
    here = found.place(code)
    top = _choice(whole_name(found, lang), _place_href(view, ""), here is None)
    around = found.parent(code) if here else None
    opened = {code, around.code if around else ""}
    below = [item for place in found.parts() for item in _place_choices(found, place, opened, view)]
    return here.name(lang) if here else whole_name(found, lang), [
        html.Ul([top], className="choices"),
        html.Ul(below, className="choices inset"),
    ]


def _place_choices(found: Tree, place: Place, opened: set[str], view: View) -> list:
    link = _choice(place.name(view.lang), _place_href(view, place.code), view.here == place.code)
    if place.code not in opened or not found.parts(place.code):
        return [link]
    inner = [item for part in found.parts(place.code) for item in _place_choices(found, part, opened, view)]
    return [link, html.Li(html.Ul(inner, className="choices inset"))]


def _choice(text: str, href: str, is_current: bool) -> html.Li:
    return html.Li(html.A(text, href=href, **(aria(current="true") if is_current else {})))


def _period_links(view: View, current: Period, as_of: date, first_year: int) -> list:
    """A calendar of links: years down, months and quarters across."""
    years = range(as_of.year, max(first_year, as_of.year - YEARS_SHOWN + 1) - 1, -1)
    return [html.Table([html.Tbody([_year_row(view, year, current, as_of) for year in years])], className="calendar")]


def _year_row(view: View, year: int, current: Period, as_of: date) -> html.Tr:
    lang = view.lang
    whole = Period(date(year, 1, 1), "year")
    cells: list[html.Th | html.Td] = [html.Th(_period_link(view, whole, formats.period(whole, lang), current, as_of), scope="row")]
    for month in range(1, 13):
        cells.append(html.Td(_period_link(view, Period(date(year, month, 1)), formats.month_name(month, lang), current, as_of)))
    for quarter in range(1, 5):
        period = Period(date(year, quarter * 3 - 2, 1), "quarter")
        cells.append(html.Td(_period_link(view, period, say(lang, "nav.quarter", number=quarter), current, as_of), className="quarter"))
    return html.Tr(cells)


def _period_link(view: View, period: Period, text: str, current: Period, as_of: date) -> html.A | html.Span:
    if period.start > as_of:
        return html.Span(text, className="faint")
    marks = aria(current="true") if period == current else {}
    return html.A(text, href=view.href(period=period.key, define=""), **aria(label=formats.period(period, view.lang)), **marks)


def _bulletin_links(view: View) -> list:
    """The bulletin of this page's place and month as a file."""
    links = [html.Li(html.A(say(view.lang, f"nav.bulletin_{kind}"), href=f"/bulletin/{kind}{view.href(define='')}")) for kind in BULLETINS]
    return [html.Ul(links, className="choices")]


def _channel_links(view: View) -> list:
    everything = _choice(say(view.lang, "channel.all"), view.href(channel="", define=""), not view.channel)
    each = [_choice(say(view.lang, f"channel.{code}"), view.href(channel=code, define=""), view.channel == code) for code in CHANNELS]
    return [html.Ul([everything, *each], className="choices")]


def trust_line(belief: Trust, view: View) -> html.Div:
    """How far to believe the page, in one line; sources and failed checks behind it, and the way to all of it."""
    lang = view.lang
    is_well = not belief.is_stale and not any(check.severity == "block" for check in belief.broken)
    sign = html.Span("✓" if is_well else "!", className=f"sign {'good' if is_well else 'bad'}", **aria(hidden="true"))
    published = formats.day(belief.published_at.date(), lang)
    stale = [html.P(say(lang, "trust.stale", date=published), className="stale", role="status")] if belief.is_stale else []
    summary = html.Summary(
        [sign, html.Span(" · ".join(_trust_words(belief, lang))), html.Span(say(lang, "trust.details"), className="hint")]
    )
    more = html.P(html.A(say(lang, "trust.quality"), href=view.go("/quality")), className="more")
    return html.Div([*stale, html.Details([summary, *_trust_details(belief, lang), more], className="trust")])


def _trust_words(belief: Trust, lang: str) -> list[str]:
    failed = sum(check.severity == "block" for check in belief.broken)
    warned, late = len(belief.broken) - failed, belief.late
    sources = belief.sources["source_id"].n_unique()
    checked = say(lang, "trust.checks", passed=formats.count(belief.passed, lang)) if belief.passed else say(lang, "trust.no_checks")
    published = f"{formats.day(belief.published_at.date(), lang)} {belief.published_at:%H:%M}"
    found = [
        (True, say(lang, "trust.complete", date=formats.day(belief.as_of, lang))),
        (True, checked),
        (failed, say(lang, "trust.failed", count=failed)),
        (warned, say(lang, "trust.warned" if warned != 1 else "trust.warned_one", count=warned)),
        (belief.quarantined, say(lang, "trust.quarantine", count=formats.count(belief.quarantined, lang))),
        (True, say(lang, "trust.sources" if sources != 1 else "trust.source_one", count=sources)),
        *((True, say(lang, "trust.late", source=row["source_id"], count=row["days"])) for row in late.head(2).iter_rows(named=True)),
        (late.height > 2, say(lang, "trust.late_more", count=late.height - 2)),
        (True, say(lang, "trust.published", stamp=published)),
    ]
    return [text for is_said, text in found if is_said]


def _trust_details(belief: Trust, lang: str) -> list:
    heads = html.Thead(
        html.Tr([html.Th(say(lang, f"trust.{key}"), scope="col") for key in ("source", "feed", "files", "rows", "aside", "last")])
    )
    rows = [_source_row(row, lang) for row in belief.sources.iter_rows(named=True)]
    checks = [html.Li(f"{check.table}: {check.because.get(lang, '')} ({check.observed})") for check in belief.broken]
    table = html.Div(html.Table([heads, html.Tbody(rows)], className="plain"), className="scroller")
    return [table, *([html.Ul(checks, className="checks")] if checks else [])]


def _source_row(row: dict, lang: str) -> html.Tr:
    numbers = [html.Td(formats.count(row[key] or 0, lang), className="num") for key in ("files", "rows", "quarantined")]
    last = f"{formats.day(row['last_received'].date(), lang)} {row['last_received']:%H:%M}"
    return html.Tr([html.Th(row["source_id"], scope="row"), html.Td(_feed_name(row["feed"] or "", lang)), *numbers, html.Td(last)])


def _feed_name(feed: str, lang: str) -> str:
    return say(lang, f"feed.{feed}") if has_word(lang, f"feed.{feed}") else feed


def foot(belief: Trust, view: View) -> html.Footer:
    """Release, as of, and the way to all definitions."""
    lang = view.lang
    return html.Footer(
        [
            html.Span(say(lang, "app.tagline")),
            html.Span(say(lang, "foot.as_of", date=formats.day(belief.as_of, lang))),
            html.Span(say(lang, "foot.release", stamp=belief.stamp)),
            html.A(say(lang, "foot.definitions"), href=view.href(path="/definitions", define="")),
        ],
        className="foot",
        **data(paper=_paper_head(belief, view)),
    )


def _paper_head(belief: Trust, view: View) -> str:
    """What stands on top of every printed sheet, beside the page's own heading."""
    channel = say(view.lang, f"channel.{view.channel or 'all'}")
    as_of = say(view.lang, "foot.as_of", date=formats.day(belief.as_of, view.lang))
    return " · ".join([say(view.lang, "app.name"), channel, as_of, say(view.lang, "foot.release", stamp=belief.stamp)])
