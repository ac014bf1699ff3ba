"""What the page of channels says of its figures. Pure functions of courses and numbers; they say nothing that the intervals do not support."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import formats
from dashboards.course import Course
from dashboards.readings import Reading
from dashboards.sentences import changes, state_word
from dashboards.words import say


def channel_finding(courses: Mapping[str, Course], stayed: Course, lang: str) -> list[str]:
    """The finding and what qualifies it: online applications, how many end online, who came all the same; and what has changed."""
    online, whole = courses["applied_online"].now, courses["end_to_end"].now
    if online.value is None:
        said = say(lang, "channels.finding.nothing", state=state_word(online.state, lang))
    elif whole.value is None:
        said = say(lang, "channels.finding.online", online=formats.share(online.value, lang))
    else:
        said = say(lang, "channels.finding.both", online=formats.share(online.value, lang), whole=formats.share(whole.value, lang))
    return [said, came_anyway(stayed.now, lang), _later(courses, lang)]


def came_anyway(stayed: Reading, lang: str) -> str:
    """How many of those who applied online came to a hall all the same."""
    if stayed.value is None:
        return ""
    came = 1 - stayed.value
    if not stayed.has_interval:
        return say(lang, "channels.finding.came", came=formats.share(came, lang))
    span = formats.interval(1 - stayed.high, 1 - stayed.low, "share", lang)  # type: ignore[operator]
    return say(lang, "channels.finding.came_about", came=formats.share(came, lang), interval=span)


def _later(courses: Mapping[str, Course], lang: str) -> str:
    """What has changed since a year ago, or that the period is not over."""
    main = courses["applied_online"]
    period = main.scope.period
    if main.scope.is_provisional or main.is_provisional:
        return say(lang, "headline.provisional", period=formats.period(period, lang))
    return changes({key: course for key, course in courses.items() if course.direction}, period, lang)


def idle_finding(standing: int, unused: int, lang: str) -> str:
    """How many of the terminals that stand were not used in the period."""
    if not standing:
        return say(lang, "channels.terminals.none")
    if not unused:
        return say(lang, "channels.terminals.all_used", standing=formats.count(standing, lang))
    return say(lang, "channels.terminals.unused", standing=formats.count(standing, lang), unused=formats.count(unused, lang))


def known_or_state(course: Course, lang: str) -> str:
    """A value with its unit, or the state that stands in its stead."""
    now = course.now
    return state_word(now.state, lang) if now.value is None else formats.amount(now.value, course.unit, lang)


def with_interval(course: Course, lang: str) -> str:
    """A value with its interval in brackets, where it has one."""
    now = course.now
    if now.value is None or now.low is None or now.high is None:
        return known_or_state(course, lang)
    span = formats.interval(now.low, now.high, course.unit, lang)
    return say(lang, "channels.with_interval", value=formats.amount(now.value, course.unit, lang), interval=span)
