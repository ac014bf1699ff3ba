"""Sources as data: where rows come from, how a file is read, and which feeds its rows become.

A definition lives in pipelines/sources/<source>.yaml. Each entry of `emits` turns one record of the file into at most one row of a feed;
several entries make several rows (a request that was opened and closed is two events). Without a definition a file must have a feed's own columns.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from pipelines.adapters.batch import Profile
from pipelines.mapping import Condition, Emission, Mapping, read_emission
from pipelines.transports.section import Section, read_section
from warehouse.contract import LOADER, Feed, feeds

__all__ = ["Condition", "Emission", "Mapping", "Source", "SourceInvalid", "by_id", "cadences", "feed_of", "lags", "load", "sources"]

CANONICAL = "canonical"
FIRST_DAY = date(2020, 1, 1)  # of a source in parts by day that names none
TEXT_NULLS = ("", "NULL", "null", "\\N", "N/A", "-")


class SourceInvalid(ValueError):
    """A source definition that cannot be used; the sentence says what to change."""


@dataclass(frozen=True)
class Source:
    """A source definition. `files` are the name patterns that it claims; `cadence_hours` is how often it should deliver.

    `completeness_lag`: days that its records may take to arrive; a period is provisional until they have passed.
    `partition_from`: its deliveries are kept apart by day from that day on; None where they are not.
    """

    id: str
    emits: tuple[Emission, ...] = ()
    title: dict[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    zone: str = "Asia/Shanghai"
    profile: Profile = field(default_factory=Profile)
    null_tokens: tuple[str, ...] = TEXT_NULLS
    midnight_is_day: bool = False
    priority: int = 100
    cadence_hours: int = 24
    quarantine_limit: int = 0
    completeness_lag: int = 0
    tables: tuple[tuple[str, tuple[Emission, ...]], ...] = ()
    fetched: Section | None = field(default=None, repr=False)  # how records come says nothing about how they are read
    partition_from: date | None = field(default=None, repr=False)

    def claims(self, name: str) -> bool:
        """Whether a file of this name is the source's."""
        return any(fnmatch(name, pattern) for pattern in (*self.files, *(pattern for pattern, _ in self.tables)))

    def emissions_for(self, name: str) -> tuple[Emission, ...]:
        """What the records of a file of this name become."""
        for pattern, emissions in self.tables:
            if fnmatch(name, pattern):
                return emissions
        return self.emits

    @property
    def fingerprint(self) -> str:
        """Hash of the definition: a file is only known when it was read by the same definition."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@cache
def sources() -> dict[str, Source]:
    """All defined sources by id."""
    folder = files("pipelines") / "sources"
    found = [load(Path(str(entry))) for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {source.id: source for source in sorted(found, key=lambda source: (source.priority, source.id))}


def load(path: Path) -> Source:
    """Read and check one definition."""
    raw = yaml.load(path.read_text("utf-8"), Loader=LOADER)
    try:
        return _source(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise SourceInvalid(f"{path.name}: {error}") from error


def by_id(source_id: str) -> Source:
    """The source of that id; one without a definition sends files in the feeds' own columns."""
    return sources().get(source_id) or Source(source_id)


def cadences() -> dict[str, int]:
    """How often each defined source should deliver, in hours."""
    return {source.id: source.cadence_hours for source in sources().values()}


def lags() -> dict[str, int]:
    """How many days the records of each defined source may take to arrive."""
    return {source.id: source.completeness_lag for source in sources().values()}


def feed_of(path: Path) -> Feed | None:
    """The feed whose name starts the file's or its folder's name (the longest that fits)."""
    for name in (path.name, path.parent.name):
        fitting = [feed for feed in feeds() if name.startswith(feed)]
        if fitting:
            return feeds()[max(fitting, key=len)]
    return None


def _source(raw: dict[str, Any]) -> Source:
    known = {
        "source",
        "title",
        "about",
        "files",
        "time_zone",
        "read",
        "null_tokens",
        "midnight_is_day",
        "priority",
        "cadence_hours",
        "quarantine_limit",
        "completeness_lag",
        "emits",
        "tables",
        "postgres",
        "open311",
        "partition",
        "partition_from",
    }
    if unknown := set(raw) - known:
        raise ValueError(f"unknown setting {sorted(unknown)}; known are {sorted(known)}")
    tables = tuple(each for table in raw.get("tables", ()) for each in _table(table))
    return Source(
        id=raw["source"],
        emits=tuple(read_emission(entry) for entry in raw.get("emits", ())),
        title=raw.get("title", {}),
        files=tuple(raw.get("files", ())),
        zone=raw.get("time_zone", "Asia/Shanghai"),
        profile=_profile(raw.get("read", {})),
        null_tokens=tuple(raw.get("null_tokens", TEXT_NULLS)),
        midnight_is_day=raw.get("midnight_is_day", False),
        priority=raw.get("priority", 100),
        cadence_hours=raw.get("cadence_hours", 24),
        quarantine_limit=raw.get("quarantine_limit", 0),
        completeness_lag=raw.get("completeness_lag", 0),
        tables=tables,
        fetched=read_section(raw),
        partition_from=_partition_from(raw),
    )


def _partition_from(raw: dict[str, Any]) -> date | None:
    """The first day of a source whose deliveries are kept apart by day."""
    kind, first = raw.get("partition"), raw.get("partition_from")
    if kind not in (None, "day"):
        raise ValueError(f"`partition` is day or left out; {kind!r} is neither")
    if first is not None and (kind is None or type(first) is not date):
        raise ValueError("`partition_from` is a date, YYYY-MM-DD, and goes with `partition: day`")
    return (first or FIRST_DAY) if kind else None


def _table(raw: dict[str, Any]) -> list[tuple[str, tuple[Emission, ...]]]:
    """One kind of file under each of the name patterns that it may have."""
    emissions = tuple(read_emission(entry) for entry in raw["emits"])
    return [(pattern, emissions) for pattern in ([raw["files"]] if isinstance(raw["files"], str) else raw["files"])]


def _profile(raw: dict[str, Any]) -> Profile:
    return Profile(**{**raw, **({"null_values": tuple(raw["null_values"])} if "null_values" in raw else {})})
