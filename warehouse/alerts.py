"""Alerts as they stand in alerts.json: what a person has to look at, for those who cannot open the store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Alert:
    """One thing to look at. `kind` and `subject` (a file, a column of a feed) say what would put it right."""

    source: str
    feed: str | None
    kind: str
    subject: str
    file: str
    sentence: str


@dataclass(frozen=True)
class OpenAlert(Alert):
    """The same since it was raised, with the number by which it is closed."""

    id: int
    raised_at: str


def listed(path: Path) -> tuple[OpenAlert, ...]:
    """The open alerts of the file, the oldest first; none where there is no file. OSError, ValueError, KeyError or TypeError when it is damaged."""
    return tuple(OpenAlert(**alert) for alert in json.loads(path.read_text("utf-8"))["alerts"]) if path.exists() else ()
