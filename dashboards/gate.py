"""The only way from a page to data: the current release, one read-only connection for each, and answers cached by release and question.

A release never changes, so what was answered once stays true; when the pointer moves, connection and cache are left behind together.
A release that cannot be opened does not take the page away: the last good one stays, marked stale. Within `one_release` everything comes from
the release that was current at its first question, whatever is published meanwhile: a page never shows two.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from dashboards.asking import Asked, Part, in_parts
from dashboards.memory import Memory
from metrics.compile import Query, compile_query
from metrics.evaluate import Store, read_store
from metrics.registry import registry
from metrics.spec import Metric
from warehouse import release as releases
from warehouse.alerts import OpenAlert, listed
from warehouse.settings import Settings

log = logging.getLogger(__name__)
ANSWERS = 20_000  # answers kept for one release
READERS = 2  # threads that read ahead of the pages
THREADS_A_STATEMENT = 1  # several are read at a time, and one that is divided takes a fifth more work
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
    coming: dict[Query, Part] = field(default_factory=dict)

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

    def begin(self, queries: list[Query]) -> dict[Query, Part]:
        """The parts in which these questions are answered; those that another page has asked just now are not asked again."""
        store = self.store
        with self.lock:
            coming = {query: self.coming[query] for query in queries if query in self.coming}
            for alike in in_parts(query for query in queries if query not in coming):
                part = Part(alike, store, self.con.cursor, self._answered)
                coming |= dict.fromkeys(alike, part)
                self.coming |= dict.fromkeys(alike, part)
        return coming

    def _answered(self, part: Part) -> None:
        self.answers.keep(part.figures)
        with self.lock:
            for query in part.queries:
                self.coming.pop(query, None)

    @property
    def store(self) -> Store:
        """What the metric layer knows of a sealed release, looked up once."""
        return self.remember("store", read_store)


class Gate:
    """The door to the data of one installation."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet; the first question does."""
        self._settings = settings
        self._holding: Holding | None = None
        self._lock = threading.Lock()
        self._ahead, self._readers = ThreadPoolExecutor(2, "ahead"), ThreadPoolExecutor(READERS, "reader")
        self.is_stale = False
        self.takes_decisions = False  # whether rows that were set aside can be decided upon in the browser

    @property
    def maps_dir(self) -> Path:
        """Where the city's own maps lie."""
        return self._settings.maps_dir

    @property
    def has_data_docs(self) -> bool:
        """Whether a build has left the pages of what Great Expectations found."""
        return (self._settings.data_docs_dir / "index.html").is_file()

    @property
    def alerts(self) -> tuple[OpenAlert, ...]:
        """What waits for a person now, whatever the release holds."""
        try:
            return listed(self._settings.alerts_path)
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("The list of alerts cannot be read.", exc_info=True)
            return ()

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
                self._holding = Holding(current, current.connect(threads=THREADS_A_STATEMENT))
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
        """Put a page's questions, all at once; one that fails is named and costs the others nothing. An answer is waited for when it is looked up."""
        held = self.holding()
        wanted = list(dict.fromkeys(queries))
        known = held.answers.known(wanted)
        missing = [query for query in wanted if query not in known]
        coming = held.begin(missing)
        for part in dict.fromkeys(coming.values()):
            self._readers.submit(part.answered)
        return Asked.of(known, coming)

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
