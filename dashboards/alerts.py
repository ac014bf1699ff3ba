"""Alerts that wait for a person, from the file that lists them: they concern deliveries that no release holds yet."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """One thing to look at. `kind` and `subject` (a file, a column of a feed) say what would put it right."""

    id: int
    raised_at: str
    source: str
    feed: str | None
    kind: str
    subject: str
    file: str
    sentence: str


def open_alerts(path: Path) -> tuple[Alert, ...]:
    """The alerts of the file, the oldest first; none where there is no file, or none that can be read."""
    try:
        return tuple(Alert(**alert) for alert in json.loads(path.read_text("utf-8"))["alerts"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("The alerts in %s cannot be read.", path, exc_info=True)
        return ()
