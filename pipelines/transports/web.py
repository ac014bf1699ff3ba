"""Asking other people's web services: one request at a time, not faster than agreed, patient with answers that mean "later"."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from pipelines.transports.pull import PullFailed

LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
LARGEST_ANSWER = 64 * 1024 * 1024  # bytes; more is no page of records


@dataclass(frozen=True)
class Patience:
    """How often a request is tried, how long the first wait is (each further one doubles), and the longest that a server may ask for."""

    tries: int = 6
    first_seconds: float = 2.0
    longest_seconds: float = 300.0


@dataclass
class WebClient:
    """A client with a pause between its requests. `sleep` is how it waits."""

    pause_seconds: float
    patience: Patience = field(default_factory=Patience)
    sleep: Callable[[float], None] = time.sleep
    _http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=60, headers={"User-Agent": "onegate", "Accept": "application/json"})
    )
    _last: float = -1e9

    def __enter__(self) -> WebClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, address: str, parameters: Mapping[str, str]) -> bytes:
        """The body of a 200; raises PullFailed for any other answer that waiting does not mend."""
        for trial in range(1, self.patience.tries + 1):
            self._pace()
            try:
                status, headers, body = self._ask(address, parameters)
            except httpx.TransportError as error:
                problem, wait = f"cannot be reached ({type(error).__name__})", None
            else:
                if status == 200:
                    return body
                problem, wait = f"answered {status}", _asked_to_wait(headers)
                if status not in LATER:
                    raise PullFailed(f"{address} {problem}; nothing of this window was landed.")
            if trial < self.patience.tries:
                self._wait(trial, wait, f"{address} {problem}")
        raise PullFailed(f"{address} {problem}, {self.patience.tries} times in a row; the next pull goes on from here.")

    def _ask(self, address: str, parameters: Mapping[str, str]) -> tuple[int, httpx.Headers, bytes]:
        with self._http.stream("GET", address, params=dict(parameters)) as answer:
            body = bytearray()
            for block in answer.iter_bytes():
                body += block
                if len(body) > LARGEST_ANSWER:
                    raise PullFailed(f"{address} answers with more than {LARGEST_ANSWER:,} bytes; make page_size smaller.")
            return answer.status_code, answer.headers, bytes(body)

    def _pace(self) -> None:
        left = self._last + self.pause_seconds - time.monotonic()
        if left > 0:
            self.sleep(left)
        self._last = time.monotonic()

    def _wait(self, trial: int, asked: float | None, problem: str) -> None:
        wait = self.patience.first_seconds * 2 ** (trial - 1) if asked is None else asked
        if wait > self.patience.longest_seconds:
            raise PullFailed(f"{problem} and asks to wait {wait:.0f} seconds; the next pull goes on from here.")
        self.sleep(wait)


def _asked_to_wait(headers: httpx.Headers) -> float | None:
    """Seconds that Retry-After asks for, as a number or a date."""
    asked = headers.get("retry-after", "").strip()
    if asked.isdigit():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
