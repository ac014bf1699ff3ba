"""Pulls service requests from an Open311 GeoReport v2 server: /requests.json, window by window and page by page, as JSON lines just as they were sent.

The standard lets a server answer at most 90 days and 1,000 requests, and knows no pages; most servers page all the same. So a window ends when a page
brings nothing new. A server that gives the same full page again does not page: its window is halved until each answer fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.transports.inbox import Part
from pipelines.transports.position import advance, position
from pipelines.transports.pull import Errand, PullFailed, PullUnset
from pipelines.transports.section import Open311Section, Secret
from pipelines.transports.web import WebClient

NAME = "requests"
TIMES = ("requested_datetime", "updated_datetime", "expected_datetime")
ZONED = re.compile(r".+T.+(Z|z|[+-]\d{2}:?\d{2})")
FILTERS = {"requested": ("start_date", "end_date"), "updated": ("updated_after", "updated_before")}
OVERLAP_DAYS = {"requested": 90.0, "updated": 1.0}  # a request is closed weeks after it was made; an update shows at once
SHORTEST = timedelta(seconds=1)

DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Request:
    """One service request: its id, its fields, and the JSON text that the server sent for it."""

    id: str
    fields: dict[str, Any]
    text: str

    @property
    def line(self) -> bytes:
        """On one line: in JSON a line end is only ever a blank."""
        return (self.text.replace("\r", " ").replace("\n", " ") + "\n").encode()


@dataclass(frozen=True)
class Span:
    """Instants from `start` to `end`, and which of a request's times lies between them."""

    start: datetime
    end: datetime
    by: str

    def halves(self) -> tuple[Span, Span]:
        """The same span in two."""
        middle = self.start + (self.end - self.start) / 2
        return Span(self.start, middle, self.by), Span(middle, self.end, self.by)

    def parameters(self) -> dict[str, str]:
        """As the server is asked for it."""
        return dict(zip(FILTERS[self.by], (_text(self.start), _text(self.end)), strict=True))


def fetch_requests(errand: Errand, section: Open311Section, client: WebClient | None = None) -> None:
    """Pull the requests of the errand's days, or what is new, one file a window."""
    errand.check_name(NAME)
    address = errand.secret(section.url, "The address (url)") if isinstance(section.url, Secret) else section.url
    fixed = {"jurisdiction_id": section.jurisdiction_id} if section.jurisdiction_id else {}
    if section.api_key:
        fixed["api_key"] = errand.secret(section.api_key, "The key (api_key)")
    with client or WebClient(section.pause_seconds) as web:
        reader = _Reader(errand, section, _Server(web, address.rstrip("/") + "/requests.json", section.page_size, fixed))
        if errand.window:
            zone = ZoneInfo(errand.source.zone)
            for day in errand.window.days():
                reader.land(Span(_midnight(day.start, zone), _midnight(day.end, zone), "requested"))
        else:
            reader.news()


class _Reader:
    """Windows to landed files."""

    def __init__(self, errand: Errand, section: Open311Section, server: _Server) -> None:
        self._errand, self._section, self._server = errand, section, server

    def news(self) -> None:
        """Everything since an overlap before the last pull, in windows; each that landed is remembered."""
        until = datetime.now(UTC)
        start = self._begin()
        step = timedelta(days=self._section.window_days)
        while start < until:
            span = Span(start, min(start + step, until), self._section.by)
            newest = self.land(span)
            reached = max(filter(None, [newest, self._reached()]), default=None)
            if reached:
                advance(self._errand.settings, self._errand.source.id, NAME, {"value": _text(min(reached, until))})
            start = span.end

    def land(self, span: Span) -> datetime | None:
        """Land the requests of a span; returns the newest time among them by which they were asked for."""
        newest: datetime | None = None
        with Part(self._errand.settings) as part:
            for request in self._server.requests(span):
                self._check(request)
                part.write(request.line)
                at = _instant(request.fields.get(f"{span.by}_datetime"), self._errand.source.zone)
                newest = max(filter(None, [newest, at]), default=None)
            if part.rows:
                self._errand.land(part, NAME)
            else:
                self._errand.say(f"{NAME}: none from {_text(span.start)} to {_text(span.end)}.")
        return newest

    def _begin(self) -> datetime:
        """Where a pull of news begins."""
        reached, zone = self._reached(), ZoneInfo(self._errand.source.zone)
        first = _midnight(self._section.start, zone) if self._section.start else None
        if reached is None:
            if first is None:
                raise PullUnset(f"{self._errand.source.id} was never pulled: give `start` in its definition, or --from and --to.")
            return first
        overlap = OVERLAP_DAYS[self._section.by] if self._section.overlap_days is None else self._section.overlap_days
        return max(filter(None, [first, reached - timedelta(days=overlap)]))

    def _reached(self) -> datetime | None:
        value = position(self._errand.settings, self._errand.source.id, NAME).get("value")
        return datetime.fromisoformat(value) if value else None

    def _check(self, request: Request) -> None:
        """The standard wants a zone on every time; without one, a day may be the wrong one."""
        if self._section.times_without_zone == "local":
            return
        for name in TIMES:
            written = request.fields.get(name)
            if written and not ZONED.fullmatch(str(written)):
                raise PullFailed(
                    f"{name} of request {request.id} has no time zone ({written}), which Open311 requires. If its operator confirms that such times "
                    f"are local time of {self._errand.source.zone}, set `times_without_zone: local` in the definition."
                )


@dataclass(frozen=True)
class _Server:
    """One GeoReport server."""

    web: WebClient
    address: str
    page_size: int
    fixed: dict[str, str]

    def requests(self, span: Span) -> Iterator[Request]:
        """Every request of a span, once. An update during the reading moves a request out of the span and the others up a page, so pages are then
        read again until nothing new shows."""
        seen: set[str] = set()
        is_complete = False
        while not is_complete:
            before, pages = len(seen), 0
            for page in self._pages(span):
                pages += 1
                fresh = [request for request in page if request.id not in seen]
                seen |= _ids(fresh)
                yield from fresh
            is_complete = span.by == "requested" or pages < 2 or len(seen) == before

    def _pages(self, span: Span) -> Iterator[list[Request]]:
        """Pages until one brings nothing new; those of both halves where the server has no pages and more than fits."""
        seen: set[str] = set()
        number = 1
        while (page := self._page(span, number)) and not _ids(page) <= seen:
            yield page
            seen |= _ids(page)
            number += 1
        if number == 2 and len(page) >= self.page_size:
            if span.end - span.start <= SHORTEST:
                raise PullFailed(
                    f"{self.address} gives at most {self.page_size} requests, and that many within a second ({_text(span.start)}): "
                    "some would be lost. Ask its operator for pages or a larger limit."
                )
            for half in span.halves():
                yield from self._pages(half)

    def _page(self, span: Span, number: int) -> list[Request]:
        asked = {**self.fixed, **span.parameters(), "page": str(number), "page_size": str(self.page_size)}
        body = self.web.get(self.address, asked)
        try:
            return list(_read(body.decode("utf-8-sig")))
        except (ValueError, RecursionError) as error:
            raise PullFailed(f"{self.address} answered no list of requests, each with its service_request_id: {body[:60]!r}") from error


def _read(text: str) -> Iterator[Request]:
    """The requests of a page, each with its text as it was sent."""
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("no list")
    at = text.index("[") + 1
    for fields in found:
        if not isinstance(fields, dict) or not fields.get("service_request_id"):
            raise ValueError("no request")
        start = text.index("{", at)
        _, at = DECODER.raw_decode(text, start)
        yield Request(str(fields["service_request_id"]), fields, text[start:at])


def _ids(requests: list[Request]) -> set[str]:
    return {request.id for request in requests}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _text(moment: datetime) -> str:
    """An instant as the standard writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _instant(text: Any, zone: str) -> datetime | None:
    """A request's time; one that cannot be read moves no position."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
