"""A page's questions, put all at once and answered in parts: readers work through them while the page is already being written.

Each part is what one statement may answer. Who needs an answer takes it if it is there, waits for it if a reader is at it, and reads it himself if
nobody has begun: so nothing waits for its turn, and Python writes while DuckDB reads. What is being read for one page is not read again for another.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import polars as pl

from dashboards.readings import Figures
from metrics.evaluate import Store, answer_all
from metrics.query import Query
from metrics.registry import registry
from metrics.spec import QueryRefused

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Part:
    """Questions that one statement may answer, answered once. `reading` gives a cursor on the release; `keep` is told what was found."""

    def __init__(
        self, queries: list[Query], store: Store, reading: Callable[[], AbstractContextManager[Any]], keep: Callable[[Part], None]
    ) -> None:
        """Nobody has begun."""
        self.queries = queries
        self.figures: dict[Query, Figures] = {}
        self.failures: dict[Query, str] = {}
        self._store, self._reading, self._keep = store, reading, keep
        self._begun, self._ended = threading.Lock(), threading.Event()

    def answered(self) -> Part:
        """This part with its answers: read here, unless somebody else has begun, who is waited for."""
        if self._begun.acquire(blocking=False):
            try:
                self._read()
                self._keep(self)
            finally:
                self._ended.set()
        else:
            self._ended.wait()
        return self

    def _read(self) -> None:
        try:
            with self._reading() as cursor:
                try:
                    self._note(self.queries, answer_all(cursor, self.queries, self._store))
                    return
                except Exception:
                    log.warning("A batch of questions failed; asking them one by one.", exc_info=True)
                for query in self.queries:
                    self._read_one(cursor, query)
        except Exception:
            self.failures = {query: _report(f"{query.metric} cannot be read") for query in self.queries}

    def _read_one(self, cursor: Any, query: Query) -> None:
        try:
            self._note([query], answer_all(cursor, [query], self._store))
        except QueryRefused as refusal:
            self.failures[query] = _report(f"{query.metric} refused: {refusal}")
        except Exception:
            self.failures[query] = _report(f"{query.metric} failed")

    def _note(self, queries: Sequence[Query], answers: Iterable[Any]) -> None:
        self.figures.update({query: Figures(found.columns, query.by) for query, found in zip(queries, answers, strict=True)})


class _Coming(Mapping[Query, Answer]):
    """Answers by question, those that are known and those of parts; looking one up waits for its part."""

    def __init__(self, known: Mapping[Query, Answer], parts: Mapping[Query, Part], of: Callable[[Part], Mapping[Query, Answer]]) -> None:
        self._known, self._parts, self._of = known, parts, of

    def __getitem__(self, query: Query) -> Answer:
        if query in self._known:
            return self._known[query]
        return self._of(self._parts[query].answered())[query]

    def __iter__(self) -> Iterator[Query]:
        yield from self._known
        yield from (query for query, part in self._parts.items() if query in self._of(part.answered()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Frames(Mapping[Query, pl.DataFrame]):
    """The same answers as frames."""

    def __init__(self, figures: Mapping[Query, Figures]) -> None:
        self._figures = figures

    def __getitem__(self, query: Query) -> pl.DataFrame:
        return self._figures[query].frame

    def __iter__(self) -> Iterator[Query]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)


@dataclass(frozen=True)
class Asked:
    """Answers of one batch, and the request ids of the questions that failed."""

    figures: Mapping[Query, Figures]
    failures: Mapping[Query, str]

    @classmethod
    def of(cls, known: Mapping[Query, Figures], parts: Mapping[Query, Part]) -> Asked:
        """What is known, and what these parts will say."""
        return cls(_Coming(known, parts, lambda part: part.figures), _Coming({}, parts, lambda part: part.failures))

    @property
    def frames(self) -> Mapping[Query, pl.DataFrame]:
        """The answers as frames."""
        return _Frames(self.figures)


def in_parts(queries: Iterable[Query]) -> list[list[Query]]:
    """The questions sorted into parts; first those that are worked out from others' answers, which take longest, then those with most in them."""
    together: dict[tuple, list[Query]] = {}
    for query in queries:
        metric = registry().get(query.metric)
        together.setdefault((metric.mart if metric else "", query.by, query.where, query.start, query.end), []).append(query)
    return sorted(together.values(), key=lambda part: (_is_derived(part[0]), len(part)), reverse=True)


def _is_derived(query: Query) -> bool:
    metric = registry().get(query.metric)
    return metric is not None and metric.default_form.kind == "derived"


def _report(sentence: str) -> str:
    """Log with a request id that the page can show."""
    request_id = new_request_id()
    log.exception("[%s] %s", request_id, sentence)
    return request_id


def new_request_id() -> str:
    """A short id under which the log holds what happened."""
    return uuid.uuid4().hex[:8]
