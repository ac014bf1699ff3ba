"""What the page of documents says of its figures, and what papers are called. Pure functions of courses, readings and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards import formats
from dashboards.course import Course
from dashboards.readings import Reading
from dashboards.sentences import changes, state_word
from dashboards.words import has_word, say


def paper_name(code: str, lang: str) -> str:
    """A paper or licence by its code; the code itself where it is none of the common ones."""
    return say(lang, f"paper.{code}") if has_word(lang, f"paper.{code}") else code


def dataset_name(code: str, lang: str) -> str:
    """A shared data set by its code; the code itself where it is none of the common ones."""
    return say(lang, f"dataset.{code}") if has_word(lang, f"dataset.{code}") else code


def paper_finding(held: Course, share: Reading, most: tuple[str, float] | None, lang: str) -> str:
    """How many papers were handed in although the city had them, their share, and the paper that is most of it."""
    now = held.now
    if now.value is None:
        return say(lang, "documents.finding.nothing", state=state_word(now.state, lang))
    if now.value == 0:
        return say(lang, "documents.finding.none")
    papers = formats.count(now.value, lang)
    said = (
        say(lang, "documents.finding.papers", papers=papers)
        if share.value is None
        else say(lang, "documents.finding.papers_share", papers=papers, share=formats.share(share.value, lang))
    )
    return (
        say(lang, "documents.finding.alone", said=said)
        if most is None
        else said + say(lang, "documents.finding.most", paper=most[0], count=formats.count(most[1], lang))
    )


def spared_sentence(saved: Course, rate: Course, lang: str) -> str:
    """How many papers nobody had to bring."""
    if saved.now.value is None or rate.now.value is None:
        return ""
    texts = {"saved": formats.count(saved.now.value, lang), "rate": formats.share(rate.now.value, lang)}
    return say(lang, "documents.finding.spared", **texts)


def later(courses: Mapping[str, Course], lang: str) -> str:
    """What has changed since a year ago, or that the period is not over."""
    main = next(iter(courses.values()))
    period = main.scope.period
    if main.scope.is_provisional or main.is_provisional:
        return say(lang, "headline.provisional", period=formats.period(period, lang))
    return changes({key: course for key, course in courses.items() if course.direction}, period, lang)


def holder_text(names: Sequence[str], lang: str) -> str:
    """The first of those who hold a licence, and how many more."""
    if not names:
        return ""
    if len(names) == 1:
        return names[0]
    return say(lang, "documents.papers.holders", first=names[0], more=formats.count(len(names) - 1, lang))


def way_text(row: Mapping[str, int], lang: str) -> str:
    """How a paper could be had without the applicant: from the e-licence library, from shared data, or both."""
    by_licence, by_record = row["by_licence"], row["by_record"]
    word = "both" if by_licence and by_record else "licence" if by_licence else "record"
    return say(lang, f"documents.papers.way_{word}")


def span_text(low: int, high: int, lang: str) -> str:
    """`3–45`: a number known only within bounds."""
    first, last = formats.count(low, lang), formats.count(high, lang)
    return first if low == high else f"{first}{formats.DASH}{last}"
