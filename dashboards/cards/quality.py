"""The badge of a number's data, in words and with a sign, and what it comes from in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.behind import Behind
from dashboards.words import has_word, say
from metrics.badge import Badge, Fault

SIGNS = {"good": ("✓", "good"), "warned": ("!", "bad"), "incomplete": ("…", "bad"), "failed": ("✕", "bad")}


def badge_link(badge: Badge, name: str, href: str, lang: str) -> html.A:
    """The badge as a link to what the number rests on; `name` of the number, for those who hear it."""
    said = say(lang, f"badge.of.{badge.state}", name=name)
    return html.A(
        _mark(badge, lang), href=href, className=f"define is-badge is-{badge.state}", title=_title(badge, lang), **aria(label=said)
    )


def badge_mark(badge: Badge, lang: str) -> html.Span:
    """The badge where nothing is to be opened."""
    return html.Span(_mark(badge, lang), className=f"is-badge is-{badge.state}")


def _mark(badge: Badge, lang: str) -> list:
    sign, tone = SIGNS[badge.state]
    return [html.Span(sign, className=f"sign {tone}", **aria(hidden="true")), " ", say(lang, f"badge.{badge.state}")]


def _title(badge: Badge, lang: str) -> str:
    told = fault_sentences(badge.faults, lang)
    return (
        say(lang, "badge.none") if not told else told[0] if len(told) == 1 else say(lang, "badge.more", first=told[0], more=len(told) - 1)
    )


def data_behind(found: Behind, href: str, lang: str) -> html.Section:
    """The part of a definition card about the data: the badge, what is wrong, what the number rests on, and the way to all of it."""
    counts = say(
        lang,
        "badge.rests",
        feeds=formats.count(len(found.feeds), lang),
        sources=formats.count(len(found.sources), lang),
        checks=formats.count(found.checks, lang),
        passed=formats.count(found.passed, lang),
    )
    faults = fault_sentences(found.badge.faults, lang)
    told = html.Ul([html.Li(text) for text in faults]) if faults else html.P(say(lang, "badge.none"))
    way = html.A(say(lang, "badge.way"), href=href, className="define")
    return html.Section(
        [html.P(badge_mark(found.badge, lang)), told, html.P(counts, className="note"), html.P(way)], className="data-behind is-behind"
    )


def fault_sentences(faults: Sequence[Fault], lang: str) -> list[str]:
    """What is wrong, a sentence each; the missing days of a source in one."""
    told: dict[tuple[str, str, str, str], list[Fault]] = {}
    for fault in faults:
        told.setdefault((fault.kind, fault.table, fault.subject, fault.feed), []).append(fault)
    return [_sentence(found, lang) for found in told.values()]


def _sentence(found: Sequence[Fault], lang: str) -> str:
    fault = found[0]
    feed = say(lang, f"feed.{fault.feed}") if has_word(lang, f"feed.{fault.feed}") else fault.feed
    texts = {"source": fault.subject, "feed": feed, "table": fault.table, "count": formats.count(len(found), lang)}
    if fault.first_on:
        texts["date"] = formats.day(fault.first_on, lang, short=True)
    if fault.kind == "gap":
        texts["days"] = _days((one.first_on for one in found if one.first_on), lang)
    if fault.kind == "set_aside":
        texts |= {"rows": formats.count(fault.of, lang), "among": formats.count(fault.among, lang)}
        texts["share"] = formats.amount(fault.of / fault.among, "share", lang)
    return say(lang, f"badge.fault.{fault.kind}", **texts)


def _days(days: Iterable, lang: str) -> str:
    """The first three days, and how many more."""
    listed = sorted(days)
    shown = formats.listed([formats.day(day, lang, short=True) for day in listed[:3]], lang)
    return shown if len(listed) <= 3 else say(lang, "badge.more_days", days=shown, more=len(listed) - 3)
