"""The sections of a source definition that say how its records are fetched: `postgres` and `open311`. Parsed and checked; nothing is opened here."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,63}")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


@dataclass(frozen=True)
class Secret:
    """Where a value is found that must not stand in a definition: an environment variable, or a file in the installation's `secrets`."""

    env: str = ""
    file: str = ""

    @classmethod
    def read(cls, raw: Any, what: str) -> Secret:
        """`{env: NAME}` or `{file: NAME}`."""
        if not isinstance(raw, dict) or len(raw) != 1 or not set(raw) <= {"env", "file"}:
            raise ValueError(
                f"{what} is not written down here but named: {{env: VARIABLE}} or {{file: NAME}} (a file in <home>/secrets, mode 0600)"
            )
        if "file" in raw and not FILE.fullmatch(str(raw["file"])):
            raise ValueError(f"{what}: {raw['file']!r} is not the name of a file in <home>/secrets")
        return cls(**raw)

    def __str__(self) -> str:
        """Where it is looked for."""
        return f"the environment variable {self.env}" if self.env else f"the file secrets/{self.file}"


@dataclass(frozen=True)
class Relation:
    """A table, view or query whose rows are pulled. `overlap`: how far behind the last position the next pull begins, in seconds or numbers."""

    name: str
    table: str = ""
    query: str = ""
    cursor: str = ""
    overlap: float | None = None
    date: str = ""

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Relation:
        """One entry of `relations`."""
        _known(raw, cls, "relation")
        if wrong := [name for name, value in raw.items() if name != "overlap" and not isinstance(value, str)]:
            raise ValueError(
                f"{', '.join(wrong)} of a relation is a text; write it in quotes (YAML reads no, yes, on and off as true and false)"
            )
        relation = cls(**raw)
        if not NAME.fullmatch(relation.name):
            raise ValueError(f"a relation's name is made of letters, digits and _; {relation.name!r} is not")
        if bool(relation.table) == bool(relation.query):
            raise ValueError(f"relation {relation.name} needs either `table` or `query`")
        if relation.overlap is not None and relation.overlap < 0:
            raise ValueError(f"relation {relation.name}: an overlap is not negative")
        return relation


@dataclass(frozen=True)
class PostgresSection:
    """Tables and views of one PostgreSQL database."""

    dsn: Secret
    relations: tuple[Relation, ...]
    statement_timeout: int = 3600

    @classmethod
    def read(cls, raw: dict[str, Any]) -> PostgresSection:
        """The section `postgres` of a definition."""
        _known(raw, cls, "postgres")
        relations = tuple(Relation.read(entry) for entry in raw["relations"])
        if len({relation.name for relation in relations}) < max(1, len(relations)):
            raise ValueError("postgres needs relations, each with a name of its own")
        return cls(Secret.read(raw["dsn"], "dsn"), relations, int(raw.get("statement_timeout", 3600)))


@dataclass(frozen=True)
class Open311Section:
    """One Open311 GeoReport v2 server. `by`: whether pulls follow the time of the request or of its last update."""

    url: str | Secret
    start: date | None = None
    by: str = "requested"
    overlap_days: float | None = None
    window_days: float = 30
    page_size: int = 100
    pause_seconds: float = 1.0
    jurisdiction_id: str = ""
    api_key: Secret | None = None
    times_without_zone: str = "refuse"

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Open311Section:
        """The section `open311` of a definition."""
        _known(raw, cls, "open311")
        values = dict(raw)
        if not isinstance(values["url"], str):
            values["url"] = Secret.read(values["url"], "url")
        if "api_key" in values:
            values["api_key"] = Secret.read(values["api_key"], "api_key")
        section = cls(**values)
        if section.start is not None and type(section.start) is not date:
            raise ValueError("open311: `start` is a date, YYYY-MM-DD")
        if section.by not in ("requested", "updated"):
            raise ValueError("open311: `by` is requested or updated")
        if section.times_without_zone not in ("refuse", "local"):
            raise ValueError("open311: `times_without_zone` is refuse or local")
        if not 0 < section.window_days <= 90:
            raise ValueError("open311: `window_days` is at most 90, the longest span that the standard lets a server answer")
        return section


Section = PostgresSection | Open311Section
READERS = {"postgres": PostgresSection.read, "open311": Open311Section.read}


def read_section(raw: dict[str, Any]) -> Section | None:
    """The section of a definition that says where its records are fetched, if it has one."""
    given = [name for name in READERS if name in raw]
    if len(given) > 1:
        raise ValueError(f"a source is fetched in one way; this one has {' and '.join(given)}")
    return READERS[given[0]](raw[given[0]]) if given else None


def _known(raw: dict[str, Any], kind: type, what: str) -> None:
    names = {each.name for each in fields(kind)}
    if unknown := set(raw) - names:
        raise ValueError(f"unknown setting {sorted(unknown)} in {what}; known are {sorted(names)}")
