"""What the source articles say of the five cities, read from pipelines/demo/figures/*.yaml and checked for their shape. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from metrics.query import Query

CITIES = ("guangzhou", "foshan", "zhejiang", "shanghai", "chancheng")  # in the order of the articles
ALSO = {"foshan": ("measures",)}  # further figures that a city's run answers
KINDS = ("stock", "flow", "rate", "target", "capability", "anecdote", "estimate")
ONLY_SHOWN = ("target", "anecdote", "estimate")  # never held against the present value as if they had been reached
EXPECTATIONS = ("exact", "printed", "more_than", "less_than", "nearly", "about", "scaled")
TAKES = ("value", "numerator", "denominator", "rows")

Words = Mapping[str, str]


class FigureError(ValueError):
    """An entry that cannot be evaluated as it is written; the message names it."""


@dataclass(frozen=True)
class Expectation:
    """How the article's figure is held against the computed one.

    kind exact, printed (equal once rounded to the printed digits), more_than, less_than, nearly (at most a tenth below), about (`within`
    a share of it) or scaled (the article's figure × scale ÷ `one_in`, `within` a share of it).
    """

    kind: str
    figure: float | str
    one_in: float = 1.0
    within: float = 0.05


@dataclass(frozen=True)
class Part:
    """One number that answers (part of) a figure: a metric's answer, a statement on the release, or the GRIM test of a printed percentage."""

    query: Query | None = None
    sql: str = ""
    grim: tuple[str, int] | None = None
    take: str = "value"
    label: Words | None = None
    unit: str = ""
    expect: Expectation | None = None
    status: str = ""  # why it is only shown: the figure's kind, unless this part is of another


@dataclass(frozen=True)
class Figure:
    """One row of an article: what it says, in our words, and the parts that answer it."""

    id: str
    kind: str
    stated: str
    text: Words
    parts: tuple[Part, ...]
    reason: Words | None = None
    note: Words | None = None
    unclear: Words | None = None


@dataclass(frozen=True)
class CityFigures:
    """An article's figures, the demo city whose run answers them, and what of them was put into its files."""

    name: str
    city: str
    title: Words
    article: Words
    inputs: Words
    outcomes: Words
    figures: tuple[Figure, ...]


@cache
def figures_of(name: str) -> CityFigures:
    """Read and check the figures of one city (or further figures that its run answers)."""
    text = (files("pipelines.demo") / "figures" / f"{name}.yaml").read_text("utf-8")
    body = yaml.safe_load(text)
    found = tuple(_figure(entry) for entry in body["figures"])
    ids = [figure.id for figure in found]
    if len(set(ids)) < len(ids):
        raise FigureError(f"Figures of {name} share an id; give each its own.")
    words = {key: _words(name, body[key]) for key in ("title", "article", "inputs", "outcomes")}
    return CityFigures(name=name, city=body["city"], figures=found, **words)


def _figure(entry: dict[str, Any]) -> Figure:
    name, kind = entry["id"], entry["kind"]
    if kind not in KINDS:
        raise FigureError(f"{name}: {kind!r} is not a kind of figure; choose one of {', '.join(KINDS)}.")
    parts = tuple(_part(name, kind, part) for part in entry.get("answers", ()))
    words = {key: _words(name, entry[key]) for key in ("reason", "note", "unclear") if key in entry}
    if not parts and "reason" not in words:
        raise FigureError(f"{name} has neither an answer nor a reason why there is none.")
    return Figure(name, kind, str(entry["stated"]), _words(name, entry["text"]), parts, **words)


def _part(name: str, kind: str, part: dict[str, Any]) -> Part:
    ways = [way for way in ("metric", "sql", "grim") if way in part]
    if len(ways) != 1:
        raise FigureError(f"{name}: an answer names one of metric, sql or grim, not {len(ways)}.")
    expect = _expectation(name, part.get("expect"))
    status = part.get("as", kind)
    if expect and status in ONLY_SHOWN:
        raise FigureError(f"{name}: a figure of kind {status} is shown, never compared; take its `expect` away.")
    if part.get("take", "value") not in TAKES:
        raise FigureError(f"{name}: `take` is one of {', '.join(TAKES)}, not {part['take']!r}.")
    return Part(
        query=_query(part) if "metric" in part else None,
        sql=" ".join(part.get("sql", "").split()),
        grim=(part["grim"]["printed"], part["grim"]["n"]) if "grim" in part else None,
        take=part.get("take", "value"),
        label=_words(name, part["label"]) if "label" in part else None,
        unit=part.get("unit", ""),
        expect=expect,
        status=status,
    )


def _query(part: dict[str, Any]) -> Query:
    where = [(key, str(each)) for key, value in part.get("where", {}).items() for each in (value if isinstance(value, list) else [value])]
    return Query(
        part["metric"], tuple(part.get("by", ())), tuple(where), _day(part.get("from")), _day(part.get("to")), tuple(part.get("params", {}).items())
    )  # fmt: skip


def _day(given: date | str | None) -> date | None:
    return date.fromisoformat(given) if isinstance(given, str) else given


def _expectation(name: str, given: dict[str, Any] | None) -> Expectation | None:
    if not given:
        return None
    kinds = [kind for kind in EXPECTATIONS if kind in given]
    if len(kinds) != 1:
        raise FigureError(f"{name}: `expect` names one of {', '.join(EXPECTATIONS)}.")
    rest = {key: float(given[key]) for key in ("one_in", "within") if key in given}
    figure = str(given[kinds[0]]) if kinds[0] == "printed" else float(given[kinds[0]])
    return Expectation(kinds[0], figure, **rest)


def _words(name: str, given: Any) -> Words:
    if not isinstance(given, dict) or set(given) != {"en", "zh"}:
        raise FigureError(f"{name}: words stand in English and Chinese, as {{en: …, zh: …}}.")
    return {language: " ".join(str(given[language]).split()) for language in ("en", "zh")}
