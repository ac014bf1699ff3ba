"""How one record becomes rows of feeds, as data: the mapping of a column, the conditions of a row, and the feed that it goes to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from warehouse.contract import Feed, feeds

GRADES = 5


@dataclass(frozen=True)
class Scale:
    """Which number of a five-step scale is the best and which the worst; `mostly_bad`: the source sends complaints, so more bad than good is no fault."""

    best: int
    worst: int
    mostly_bad: bool = False

    def __post_init__(self) -> None:
        if abs(self.best - self.worst) != GRADES - 1:
            raise ValueError(f"a scale has {GRADES} steps, such as {{best: 1, worst: 5}}; map any other with codes")

    @property
    def codes(self) -> dict[str, str | None]:
        """The contract's grade (5 best) of each number of the scale."""
        step = 1 if self.worst > self.best else -1
        return {str(self.best + step * place): str(GRADES - place) for place in range(GRADES)}


@dataclass(frozen=True)
class Witness:
    """Another column that says the same in other words. Words that `codes` does not name prove nothing."""

    column: str
    codes: dict[str, str]


@dataclass(frozen=True)
class Mapping:
    """How one column of a feed is made from a record.

    Exactly one of `column`, `first`, `constant`, `join`, `row_hash`, `object_of`; then in this order: `extract` (first group of a pattern; a
    text that does not fit goes on as it is), `replace` (literal texts), `nulls` (words that stand for nothing in this column), `strip_suffix`,
    `split` and `codes` or `scale` (a code that is not named is refused, unless `otherwise` says what it is or `unmapped` is keep), `agrees`
    (a column that must not contradict), `prefix` and `suffix`, `empty` (what an empty cell means). `format` tells how a date or instant is
    written, `optional` which columns of the file may be missing. docs/sources.md shows each.
    """

    column: str | None = None
    first: tuple[str, ...] = ()
    constant: str | None = None
    join: tuple[str, ...] = ()
    separator: str = ":"
    row_hash: bool = False
    object_of: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str | None] = field(default_factory=dict)
    scale: Scale | None = None
    otherwise: str | None = None
    unmapped: str = "refuse"
    agrees: Witness | None = None
    extract: str = ""
    replace: dict[str, str] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    strip_suffix: str = ""
    split: str = ""
    prefix: str = ""
    suffix: str = ""
    empty: str | None = None
    format: str | None = None
    optional: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns of the file that it reads."""
        own = (self.column,) if self.column else self.first or self.join or tuple(self.object_of.values())
        return (*own, self.agrees.column) if self.agrees else own

    @property
    def is_closed(self) -> bool:
        """Whether a code that it does not name is refused."""
        return bool(self.codes) and self.otherwise is None and self.unmapped == "refuse"

    def missing(self, names: Iterable[str]) -> set[str]:
        """Columns that a file with these names lacks; of several spellings one is enough."""
        if self.first:
            return set() if self.optional or {*self.first} & {*names} else {" or ".join(self.first)}
        needed = {*self.inputs} - ({self.agrees.column} if self.agrees else set())
        return needed - {*self.optional} - {*names}


@dataclass(frozen=True)
class Condition:
    """When a record becomes a row: `column` is present, absent, one of `values`, none of `unless`, has `contains` in it, or `differs` from another column."""

    column: str
    present: bool | None = None
    values: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    contains: str | None = None
    differs: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns of the file that it reads."""
        return (self.column, self.differs) if self.differs else (self.column,)


@dataclass(frozen=True)
class Emission:
    """One feed that a source's records become rows of. Empty `columns`: the file has the feed's own columns.

    `only`: columns of the file that may hold nothing but these words, or nothing but what fits a pattern, whatever becomes of them.
    """

    feed: Feed
    columns: dict[str, Mapping] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    distinct: bool = False
    only: dict[str, tuple[str, ...] | str] = field(default_factory=dict)

    @property
    def inputs(self) -> set[str]:
        """Columns of the file that it reads."""
        mapped = {name for mapping in self.columns.values() for name in mapping.inputs}
        return mapped | {name for condition in self.when for name in condition.inputs} | {*self.only}


def read_emission(raw: dict[str, Any]) -> Emission:
    """Read one entry of `emits`; a ValueError says what to change."""
    if raw["feed"] not in feeds():
        raise ValueError(f"no feed is called {raw['feed']!r}; feeds are {', '.join(feeds())}")
    if unknown := set(raw) - {"feed", "columns", "when", "distinct", "only"}:
        raise ValueError(f"an entry of emits has no setting {sorted(unknown)}")
    feed = feeds()[raw["feed"]]
    columns = {name: _mapping(spec) for name, spec in raw["columns"].items()}
    if unknown := set(columns) - set(feed.columns) - {"source_version", "deleted"}:
        raise ValueError(f"feed {feed.name} has no column {sorted(unknown)}")
    conditions = tuple(_condition(spec) for spec in raw.get("when", ()))
    only = {name: words if isinstance(words, str) else tuple(str(word) for word in words) for name, words in raw.get("only", {}).items()}
    return Emission(feed, columns, conditions, raw.get("distinct", False), only)


def _condition(raw: dict[str, Any]) -> Condition:
    lists = {name: tuple(str(value) for value in raw[name]) for name in ("values", "unless") if name in raw}
    return Condition(**{**raw, **lists})


def _mapping(spec: str | dict[str, Any]) -> Mapping:
    if isinstance(spec, str):
        return Mapping(column=spec)
    values = dict(spec)
    if "constant" in values:
        constant = values["constant"]
        values["constant"] = constant if isinstance(constant, str) else json.dumps(constant)
    values |= {name: tuple(values[name]) for name in ("join", "first", "nulls") if name in values}
    values |= _coding(values)
    if "object" in values:
        values["object_of"] = values.pop("object")
    if len(given := [name for name in _ORIGINS if name in values]) != 1:
        raise ValueError(f"a column is made from exactly one of {', '.join(_ORIGINS)}; this one has {given or 'none'}: {spec}")
    if values.get("unmapped", "refuse") not in ("refuse", "keep"):
        raise ValueError(f"unmapped is refuse or keep, not {values['unmapped']!r}")
    values["optional"] = _optional(values)
    return Mapping(**values)


def _coding(values: dict[str, Any]) -> dict[str, Any]:
    """Codes as texts, a scale as the codes that it means, and the witness."""
    made: dict[str, Any] = {"codes": {str(key): None if value is None else str(value) for key, value in values.get("codes", {}).items()}}
    if "scale" in values:
        if made["codes"]:
            raise ValueError("a grade is converted once: give scale or codes, not both")
        made["scale"] = Scale(**values["scale"])
        made["codes"] = made["scale"].codes
    if "agrees" in values:
        witness = values["agrees"]
        if not made["codes"] or "otherwise" in values or values.get("unmapped") == "keep":
            raise ValueError("agrees compares with what codes or scale make; it needs them, without otherwise or unmapped")
        made["agrees"] = Witness(witness["column"], {str(key): str(value) for key, value in witness["codes"].items()})
    return made


def _optional(values: dict[str, Any]) -> tuple[str, ...]:
    given = values.get("optional", ())
    return Mapping(**{**values, "optional": ()}).inputs if given is True else tuple(given or ())


_ORIGINS = ("column", "constant", "join", "first", "row_hash", "object_of")
