"""The only way from a page to data: the current release, one read-only connection for each, and answers cached by release and question.

A release never changes, so what was answered once stays true; when the pointer moves, connection and cache are left behind together.
A release that cannot be opened does not take the page away: the last good one stays, marked stale. Within `one_release` everything comes from
the release that was current at its first question, whatever is published meanwhile: a page never shows two.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.memory import Memory
from dashboards.readings import frame_of
from metrics.compile import Query, compile_query
from metrics.evaluate import Store, answer_all, read_store
from metrics.registry import registry
from metrics.spec import Metric, QueryRefused
from warehouse import release as releases
from warehouse.settings import Settings

log = logging.getLogger(__name__)
ANSWERS = 20_000  # answers kept for one release
PAGES = 500  # pages and bars kept for one release; a page takes up to a megabyte
_pinned: ContextVar[dict[Any, Any] | None] = ContextVar("release of this request", default=None)


class NoRelease(Exception):
    """Nothing has been published yet: run `onegate demo`, or `onegate ingest` and `onegate build`."""


@dataclass
class Holding:
    """One release that is open: its connection, and everything read from it so far."""

    release: Any
    con: Any
    answers: Memory = field(default_factory=lambda: Memory(ANSWERS))
    pages: Memory = field(default_factory=lambda: Memory(PAGES))
    lock: threading.Lock = field(default_factory=threading.Lock)
    records_con: Any = None

    @property
    def records(self) -> Any:
        """The connection on the file that holds the single records, opened when the first reader wants one."""
        with self.lock:
            if self.records_con is None:
                self.records_con = self.release.connect_records()
            return self.records_con

    def remember(self, key: object, make: Callable[[Any], Any]) -> Any:
        """What `make` reads, read once. Each reading has a cursor of its own: a DuckDB connection is not for two threads at a time."""

        def read() -> Any:
            with self.con.cursor() as cursor:
                return make(cursor)

        return self.answers.once(key, read)

    @property
    def store(self) -> Store:
        """What the metric layer knows of a sealed release, looked up once."""
        return self.remember("store", read_store)


@dataclass(frozen=True)
class Asked:
    """Answers of one batch, and the request ids of the questions that failed."""

    frames: dict[Query, pl.DataFrame]
    failures: dict[Query, str]


class Gate:
    """The door to the data of one installation."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet; the first question does."""
        self._settings = settings
        self._holding: Holding | None = None
        self._lock = threading.Lock()
        self._ahead = ThreadPoolExecutor(2, "ahead")
        self.is_stale = False
        self.takes_decisions = False  # whether rows that were set aside can be decided upon in the browser

    @property
    def maps_dir(self) -> Path:
        """Where the city's own maps lie."""
        return self._settings.maps_dir

    @contextmanager
    def one_release(self) -> Iterator[None]:
        """While this lasts, all that is read here in this context is of one release: the current one at the first reading."""
        token = _pinned.set({} if _pinned.get() is None else _pinned.get())
        try:
            yield
        finally:
            _pinned.reset(token)

    def holding(self) -> Holding:
        """The release to read, opened; NoRelease when there has never been one."""
        pinned = _pinned.get()
        if pinned is None:
            return self._current()
        if self not in pinned:
            pinned[self] = self._current()
        return pinned[self]

    def _current(self) -> Holding:
        try:
            current = releases.current(self._settings)
        except Exception:
            log.exception("The pointer to the current release cannot be read.")
            return self._last_good()
        held = self._holding
        if current is None:
            return self._last_good()
        if held is not None and held.release.stamp == current.stamp:
            self.is_stale = False
            return held
        return self._open(current)

    def _open(self, current: Any) -> Holding:
        with self._lock:
            if self._holding is not None and self._holding.release.stamp == current.stamp:
                return self._holding
            try:
                self._holding = Holding(current, current.connect())
                self.is_stale = False
            except Exception:
                log.exception("Release %s cannot be opened.", current.stamp)
                return self._last_good()
            return self._holding

    def _last_good(self) -> Holding:
        if self._holding is None:
            raise NoRelease(str(NoRelease.__doc__))
        self.is_stale = True
        return self._holding

    def metric(self, metric_id: str) -> Metric | None:
        """The definition of a metric, if the catalogue has it."""
        return registry().get(metric_id)

    def ask(self, queries: Sequence[Query]) -> Asked:
        """Answer a page's questions in one pass; one that fails is named and costs the others nothing."""
        held = self.holding()
        wanted = list(dict.fromkeys(queries))
        known = held.answers.known(wanted)
        missing = [query for query in wanted if query not in known]
        if not missing:
            return Asked(known, {})
        fresh = _answer(held, missing)
        held.answers.keep(fresh.frames)
        return Asked({**known, **fresh.frames}, fresh.failures)

    def sql(self, query: Query) -> str:
        """The statement that answers a question on the current release."""
        return compile_query(query, self.holding().store.catalog).sql

    def made(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` made of the current release for `key`, made once; whether the release is stale is part of what it shows."""
        return self.holding().pages.once((key, self.is_stale), make)

    def ahead(self, *readings: Callable[[], object]) -> None:
        """Begin readings that a page will want, beside its other questions. Each must be one that is kept: who asks for it meanwhile waits for it,
        and where it fails the page's own asking fails in the same way."""
        for reading in readings:
            self._ahead.submit(copy_context().run, reading)

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` works out from the current release, worked out once."""
        return self.holding().answers.once(key, make)

    def read(self, reader: Callable[[Any, Store], Any]) -> Any:
        """What `reader` makes of a cursor on the release and of what the metric layer knows of it."""
        held = self.holding()
        with held.con.cursor() as cursor:
            return reader(cursor, held.store)

    def read_records(self, reader: Callable[[Any], Any]) -> Any:
        """What `reader` makes of a cursor on the release's single records (core tables, masked): for the one case that somebody opens."""
        with self.holding().records.cursor() as cursor:
            return reader(cursor)

    def provisional_from(self, *marts: str) -> date | None:
        """The first day for which not every source of these marts has delivered; None where the release does not say."""
        return self.holding().store.provisional_from(*marts)

    def table(self, sql: str) -> pl.DataFrame:
        """The rows of one of this package's own fixed statements on the release."""
        return self.holding().remember(("table", sql), lambda cursor: cursor.sql(sql).pl())

    def table_or_none(self, sql: str, name: str) -> pl.DataFrame:
        """The same of a table that only a whole build makes: without rows (and columns) where it is not there."""
        there = self.once("tables", lambda: frozenset(self.table("select table_name from duckdb_tables()")["table_name"]))
        return self.table(sql) if name in there else pl.DataFrame()


def _halves(queries: list[Query]) -> list[list[Query]]:
    """The questions in two parts of like size; those that one statement may answer together stay together."""
    together: dict[tuple, list[Query]] = {}
    for query in queries:
        metric = registry().get(query.metric)
        together.setdefault((metric.mart if metric else "", query.by, query.where, query.start, query.end), []).append(query)
    halves: list[list[Query]] = [[], []]
    for group in sorted(together.values(), key=len, reverse=True):
        min(halves, key=len).extend(group)
    return [half for half in halves if half]


def _answer(held: Holding, queries: list[Query]) -> Asked:
    """Half of the questions is answered here, half in another thread: while one waits for DuckDB the other works on what it found."""
    first, *other = _halves(queries)
    with ThreadPoolExecutor(1) as reader:
        coming = [reader.submit(_answer_part, held, half) for half in other]
        asked = _answer_part(held, first)
        for found in coming:
            asked = Asked({**asked.frames, **found.result().frames}, {**asked.failures, **found.result().failures})
    return asked


def _answer_part(held: Holding, queries: list[Query]) -> Asked:
    with held.con.cursor() as cursor:
        try:
            answers = answer_all(cursor, queries, held.store)
            return Asked({query: _frame(query, found) for query, found in zip(queries, answers, strict=True)}, {})
        except Exception:
            log.warning("A batch of questions failed; asking them one by one.", exc_info=True)
        asked = Asked({}, {})
        for query in queries:
            _answer_one(cursor, held.store, query, asked)
        return asked


def _answer_one(cursor: Any, store: Store, query: Query, asked: Asked) -> None:
    try:
        asked.frames[query] = _frame(query, answer_all(cursor, [query], store)[0])
    except QueryRefused as refusal:
        asked.failures[query] = _report(f"{query.metric} refused: {refusal}")
    except Exception:
        asked.failures[query] = _report(f"{query.metric} failed")


def _frame(query: Query, found: Any) -> pl.DataFrame:
    return frame_of(found.columns, query.by)


def _report(sentence: str) -> str:
    """Log with a request id that the page can show."""
    request_id = new_request_id()
    log.exception("[%s] %s", request_id, sentence)
    return request_id


def new_request_id() -> str:
    """A short id under which the log holds what happened."""
    return uuid.uuid4().hex[:8]
