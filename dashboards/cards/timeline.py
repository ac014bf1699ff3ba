"""A time line: what was recorded of one case, day by day, the working days between them, where the clock stood still, and the file of each record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from dashboards import elements as html
from dashboards import formats
from dashboards.case_file import CaseFile
from dashboards.case_records import Record
from dashboards.row_table import code_word
from dashboards.words import has_word, say

ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Entry:
    """A record with what is around it: whether the clock stood still when it came, and at the end of its day."""

    record: Record
    is_paused: bool
    leaves_paused: bool


def time_line(case: CaseFile, lang: str) -> html.Ol:
    """The records of a case, earliest first."""
    days = [(day, list(found)) for day, found in groupby(entries(case.records), key=lambda entry: entry.record.day)]
    items: list[html.Li] = []
    before: tuple[date, bool] | None = None
    for day, found in days:
        if before is not None:
            items.append(_gap(case, before, day, lang))
        items.append(_day(case, day, found, lang))
        before = (day, found[-1].leaves_paused)
    return html.Ol(items, className="timeline")


def entries(records: list[Record]) -> Iterator[Entry]:
    """Each record with the state of the clock; what was overtaken moves nothing."""
    waiting, stopped = False, set[str]()
    for record in records:
        paused = waiting or bool(stopped)
        if not record.is_overtaken:
            waiting = record.type == "supplement_requested" or (waiting and record.type != "supplement_received")
            stopped = _stopped(stopped, record)
        yield Entry(record, paused, waiting or bool(stopped))


def _stopped(stopped: set[str], record: Record) -> set[str]:
    special = record.extra.get("special", "")
    if record.type == "special_started" and special == "clock_stop":
        return stopped | {special}
    return stopped - {special} if record.type == "special_ended" else stopped


def _gap(case: CaseFile, before: tuple[date, bool], day: date, lang: str) -> html.Li:
    first, is_paused = before
    days = case.gap(first, day)
    text = "" if days is None else working_days(days, lang)
    text = text and (say(lang, "case.gap", days=text) if days else say(lang, "case.no_working_day"))
    stopped = [html.Span(say(lang, "case.paused_line"), className="stopped")] if is_paused else []
    return html.Li([html.Span(text), *stopped], className="gap is-paused" if is_paused else "gap")


def working_days(count: float, lang: str) -> str:
    """`1 working day`, `3 working days`."""
    return say(lang, "case.day" if count == 1 else "case.days", count=formats.number(count, 0 if float(count).is_integer() else 1))


def _day(case: CaseFile, day: date, found: list[Entry], lang: str) -> html.Li:
    rows = html.Ol([_entry(case, entry, lang) for entry in found], className="moments")
    return html.Li([html.H3(formats.day(day, lang)), rows], className="day")


def _entry(case: CaseFile, entry: Entry, lang: str) -> html.Li:
    record = entry.record
    css = ["moment", f"is-{record.kind}", *(["is-paused"] if entry.is_paused else []), *(["is-overtaken"] if record.is_overtaken else [])]
    details = [text for text in _details(case, record, lang) if text]
    body = [
        html.Span(_time(record), className="when"),
        html.Div([html.Span(event_word(record, lang), className="what"), *([html.Span(" · ".join(details), className="detail")] if details else []),
                  html.Span(_source(case, record, lang), className="source")], className="told"),
    ]  # fmt: skip
    return html.Li(body, className=" ".join(css))


def _time(record: Record) -> str:
    """The local time; none where only the day is known, or where the source keeps another time than the installation (see _elsewhere)."""
    return f"{record.at:%H:%M}" if record.is_timed and not record.is_elsewhere else ""


def _elsewhere(record: Record, lang: str) -> str:
    """The installation's own date and time of a record whose source keeps another: named, so that nobody takes it for the source's."""
    if not (record.is_timed and record.is_elsewhere):
        return ""
    return say(lang, "case.zoned", time=formats.instant(record.at, lang))


def event_word(record: Record, lang: str) -> str:
    """What happened, in the reader's language; an unknown kind of event keeps its code."""
    key = f"event.{record.type}"
    word = say(lang, key) if has_word(lang, key) else record.type
    said = [code_word("outcome", record.extra["outcome"], lang)] if "outcome" in record.extra else []
    special = record.extra.get("special")
    said += [say(lang, f"event.{special}") if has_word(lang, f"event.{special}") else special] if special else []
    return say(lang, "case.what", event=word, said=formats.listed(said, lang)) if said else word


def _details(case: CaseFile, record: Record, lang: str) -> Iterator[str]:
    extra = record.extra
    yield _elsewhere(record, lang)
    if record.channel:
        yield code_word("channel", record.channel, lang)
    if record.place:
        zh, en = case.points.get(record.place, ("", ""))
        yield (zh or en if lang == "zh" else en or zh) or record.place
    if "actor" in extra:
        yield say(lang, f"case.by.{extra['actor']}") if has_word(lang, f"case.by.{extra['actor']}") else extra["actor"]
    yield from _numbers(record, lang)
    if record.until:
        yield say(lang, "case.until", time=formats.instant(record.until, lang))
    if record.case_id != case.case_id:
        yield record.case_id


def _numbers(record: Record, lang: str) -> Iterator[str]:
    extra = record.extra
    if record.kind == "ticket":
        yield from (
            say(lang, f"case.{word}", minutes=extra[name]) for name, word in (("wait", "wait"), ("service", "served")) if name in extra
        )
        yield code_word("status", extra.get("status", ""), lang)
    elif record.kind == "rating":
        yield say(lang, "case.grade", grade=extra.get("grade", "–"))
        yield say(lang, "case.default_grade") if extra.get("is_default") == "true" else ""
    elif record.kind == "delivery":
        yield code_word("mode", extra.get("mode", ""), lang)
    elif record.kind == "payment":
        yield say(lang, "case.amount", amount=formats.number(float(extra["amount"]), 2))
        yield code_word("method", extra.get("method", ""), lang)


def _source(case: CaseFile, record: Record, lang: str) -> list:
    """The file and row, leading to the list of files; of what was overtaken also by which."""
    parts: list = [_file(case, record.file_id, record.row_no, lang)]
    if record.is_overtaken:
        newer = case.files.get(record.overtaken_by or -1)
        word = say(lang, "case.retracted") if newer is None else say(lang, "case.before_by", file=newer.short)
        parts = [html.Span(word, className="badge"), " ", *parts]
    return parts


def _file(case: CaseFile, number: int | None, row: int | None, lang: str) -> html.A | str:
    known = case.files.get(number or -1)
    where = {"row": "–" if row is None else formats.number(row)}
    if known is None:
        return say(lang, "case.file_unknown", number="–" if number is None else number, **where)
    return html.A(say(lang, "case.file", name=known.short, **where), href=f"#file-{number}")
