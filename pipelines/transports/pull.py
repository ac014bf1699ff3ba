"""Pulling: `pull` fetches what is new at a source, or what belongs to some days, and lands it. What lies behind a source is its own module's business."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.source import Source
from pipelines.transports.inbox import Landed, Part, forget_parts, known_source, landing_name
from pipelines.transports.position import pulling
from pipelines.transports.section import Open311Section, PostgresSection, Secret
from warehouse.crash_point import crash_point
from warehouse.settings import Settings

PULLED = "pull.landed"  # a moment at which tests kill the process: rows have landed, the position is not yet remembered
Say = Callable[[str], None]


class PullUnset(ValueError):
    """The source cannot be pulled as it is set up; the sentence says what to change. Nothing was changed."""


class PullFailed(RuntimeError):
    """The other side did not answer as it should. What had landed before stays, and the next pull goes on from there."""


@dataclass(frozen=True)
class Window:
    """Local days of the source, from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a window without a day."""
        if self.start >= self.end:
            raise PullUnset(f"A window goes from a date to a later one; {self.start} to {self.end} has no day.")

    def days(self) -> list[Window]:
        """The same window, day by day."""
        count = (self.end - self.start).days
        return [Window(self.start + timedelta(day), self.start + timedelta(day + 1)) for day in range(count)]


@dataclass
class Pulled:
    """What a pull came to: the files that landed, and what a person should know."""

    source: str
    landed: list[Landed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Records that landed."""
        return sum(each.rows for each in self.landed)

    def to_json(self) -> dict[str, Any]:
        """The document of `onegate pull --json`."""
        files = [{"file": str(each.path), "rows": each.rows, "bytes": each.size, "sha256": each.sha256} for each in self.landed]
        return {"source": self.source, "rows": self.rows, "landed": files, "notes": self.notes}


@dataclass(frozen=True)
class Errand:
    """One pull under way: for which source, into which installation, and where it reports."""

    settings: Settings
    source: Source
    window: Window | None
    pulled: Pulled
    say: Say

    def secret(self, secret: Secret, what: str) -> str:
        """A value that the definition names."""
        try:
            found = self.settings.secret(variable=secret.env, file=secret.file)
        except PermissionError as error:
            raise PullUnset(str(error)) from error
        if not found:
            raise PullUnset(f"{what} of {self.source.id} is not set: put it into {secret}.")
        return found

    def note(self, sentence: str) -> None:
        """Tell a person something that is no failure."""
        self.pulled.notes.append(sentence)
        self.say(sentence)

    def land(self, part: Part, name: str) -> None:
        """Land a part that has rows; `name` is what it holds, such as a table."""
        landed = part.land(self.source.id, landing_name(self.source, name, self.file_rest(name, part.sha256)))
        self.pulled.landed.append(landed)
        crash_point(PULLED)
        self.say(f"{landed.rows:,} rows of {name} landed as {landed.path.name}")

    def file_rest(self, name: str, sha256: str) -> str:
        """The rest of a landed file's name: what it holds, which days, when it was pulled, and its content."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        days = f"{self.window.start}_{self.window.end}-" if self.window else ""
        stem = f"{name}-" if self.source.emits or self.source.tables else ""
        return f"{stem}{days}{moment}-{sha256[:16]}.ndjson"

    def check_name(self, name: str) -> None:
        """Refuse to fetch what nothing would read."""
        landing_name(self.source, name, self.file_rest(name, hashlib.sha256().hexdigest()))


def unset_secrets(settings: Settings, source: Source) -> str | None:
    """Which value that the definition names is not there, or None when the source can be pulled."""
    errand = Errand(settings, source, None, Pulled(source.id), lambda _: None)
    named = [each for each in vars(source.fetched).values() if isinstance(each, Secret)] if source.fetched else []
    try:
        for secret in named:
            errand.secret(secret, "What the definition names")
    except PullUnset as error:
        return str(error)
    return None


def pull(settings: Settings, source: str | Source, window: Window | None = None, say: Say | None = None) -> Pulled:
    """Fetch what is new, or the records of `window`, into the landing folder. Raises PullUnset, PullFailed, PullBusy, NotClaimed."""
    if isinstance(source, str):
        source = known_source(source)
    if source.fetched is None:
        raise PullUnset(f"Nothing says where the records of {source.id} are fetched: add a section postgres or open311 to its definition.")
    settings.prepare()
    forget_parts(settings)
    errand = Errand(settings, source, window, Pulled(source.id), say or (lambda _: None))
    with pulling(settings, source.id):
        _fetch(errand, source.fetched)
    return errand.pulled


def _fetch(errand: Errand, section: PostgresSection | Open311Section) -> None:
    """By the module that knows the other side; each is imported only where it is used."""
    if isinstance(section, PostgresSection):
        from pipelines.transports.postgres import fetch_relations

        fetch_relations(errand, section)
    else:
        from pipelines.transports.open311 import fetch_requests

        fetch_requests(errand, section)
