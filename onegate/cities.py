"""The five cities of the source articles, run end to end: files made, ingested, built, published, and every figure answered from the release.

`python -m onegate.cities` (or `make cities`) writes docs/cities.md from it. No computed value is taken from the figures' own files.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from metrics.evaluate import Answer, Store, answer_all, read_store
from metrics.registry import registry
from metrics.spec import QueryRefused
from metrics.statistics import grim
from onegate.comparison import Verdict, compare, missing, shown
from onegate.figures import ALSO, CITIES, CityFigures, Figure, Part, Words, figures_of
from onegate.statement import QueryRefused as StatementRefused
from onegate.statement import run_statement
from warehouse.release import Release, current
from warehouse.settings import Settings

SEED = 2014
SCALE = 1.0
TARGET = Path(__file__).parent.parent / "docs" / "cities.md"
STATES: dict[str, Words] = {
    "not_provided": {"en": "not provided", "zh": "未提供"},
    "not_applicable": {"en": "not applicable", "zh": "不适用"},
    "insufficient_n": {"en": "too few cases", "zh": "样本不足"},
    "suppressed": {"en": "suppressed", "zh": "已隐去"},
    "not_yet_complete": {"en": "not complete yet", "zh": "尚未完整"},
}


class NoMetric(ValueError):
    """A figure asks for a metric that the catalogue does not have."""


class CityFailed(RuntimeError):
    """A city whose release was not published, with what blocked it."""


@dataclass(frozen=True)
class Computed:
    """What the release answers to one part of a figure. `value` is None where there is no number; then `state` says why."""

    value: float | None
    state: str = "value"
    unit: str = ""
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One part of a figure, what was computed for it, and whether that agrees."""

    figure: Figure
    part: Part
    computed: Computed | None
    verdict: Verdict


@dataclass(frozen=True)
class CityRun:
    """One city's run: where its data end, what they were made with, and the outcome of every part of every figure."""

    figures: CityFigures
    scale: float
    as_of: date | None
    rows_read: int
    outcomes: tuple[Outcome, ...]
    places: dict[str, Words]


def run_city(city: str, home: Path, scale: float = SCALE, seed: int = SEED) -> CityRun:
    """Make a city's files, load, build and publish them in `home` (emptied before), and answer its figures."""
    settings = fresh(home)
    folder = make(city, settings, scale, seed)
    return evaluate(city, settings, scale, publish(settings, folder))


def fresh(home: Path) -> Settings:
    """An empty installation."""
    shutil.rmtree(home, ignore_errors=True)
    return Settings.load(home).prepare()


def make(city: str, settings: Settings, scale: float, seed: int = SEED) -> Path:
    """Write a city's channel files, as `onegate demo` does."""
    from pipelines.demo.cities import make_city

    folder = settings.home / "demo" / city
    make_city(city, folder, scale=scale, seed=seed)
    return folder


def publish(settings: Settings, folder: Path) -> int:
    """Load a city's files, build and publish; the number of rows that were read."""
    from pipelines.ingest import ingest
    from pipelines.run import build

    reports = [ingest(settings, [sender], source=sender.name) for sender in sorted(folder.iterdir()) if sender.is_dir()]
    result = build(settings)
    if not result.published:
        raise CityFailed(f"{folder.name}: nothing was published; blocked by {'; '.join(map(str, result.blocking))}.")
    return sum(receipt.read for report in reports for receipt in report.receipts)


def evaluate(name: str, settings: Settings, scale: float, rows_read: int = 0) -> CityRun:
    """Answer every figure of a city (or its further figures) from the current release."""
    release = current(settings)
    if release is None:
        raise CityFailed(f"{name}: nothing has been published in {settings.home}.")
    entries = figures_of(name)
    con = release.connect()
    try:
        store = read_store(con)
        outcomes = tuple(_outcome(con, store, release, (figure, part), scale) for figure in entries.figures for part in figure.parts)
        places = _places(con)
    finally:
        con.close()
    return CityRun(entries, scale, release.as_of, rows_read, outcomes, places)


def _outcome(con: duckdb.DuckDBPyConnection, store: Store, release: Release, what: tuple[Figure, Part], scale: float) -> Outcome:
    figure, part = what
    try:
        computed = _computed(con, store, release, part)
    except NoMetric as error:
        words = {"en": f"the metric {error} is not in the catalogue", "zh": f"指标目录中没有 {error}"}
        return Outcome(figure, part, None, missing(words))
    except (QueryRefused, StatementRefused) as error:
        return Outcome(figure, part, None, missing({"en": str(error), "zh": str(error)}))
    if computed.value is None and computed.state != "value":
        return Outcome(figure, part, computed, missing(STATES.get(computed.state, {"en": computed.state, "zh": computed.state})))
    if part.expect is None:
        return Outcome(figure, part, computed, shown(part.status))
    value = computed.value
    verdict = missing(STATES["not_applicable"]) if value is None else compare(part.expect, value, scale)
    return Outcome(figure, part, computed, verdict)


def _computed(con: duckdb.DuckDBPyConnection, store: Store, release: Release, part: Part) -> Computed:
    if part.grim:
        found = grim.check(*part.grim)
        return Computed(float(len(found.numerators)), unit="numerators")
    if part.sql:
        return _from_statement(release.settings, part)
    if part.query is None:
        raise QueryRefused("This part of the figure names nothing to compute.")
    if part.query.metric not in registry():
        raise NoMetric(part.query.metric)
    return _from_answer(answer_all(con, [part.query], store)[0], part.take)


def _from_statement(settings: Settings, part: Part) -> Computed:
    rows = run_statement(settings, part.sql)["rows"]
    if len(rows) == 1 and len(rows[0]) == 1:
        value = rows[0][0]
        return Computed(None if value is None else float(value), "not_provided" if value is None else "value", part.unit)
    named = tuple({"key": row[0], "value": row[-1], "state": "value"} for row in rows)
    return Computed(None, "value" if rows else "not_provided", part.unit, named)


def _from_answer(answer: Answer, take: str) -> Computed:
    rows = tuple(answer.rows)
    if take == "rows":
        return Computed(float(sum(1 for row in rows if row["value"] and None not in _keys(row))), unit="rows", rows=rows)
    if len(rows) != 1 or any(name not in _MEASURES for name in rows[0]):
        return Computed(None, "value" if rows else "not_provided", answer.unit, rows)
    row = rows[0]
    value = row[take]
    return Computed(None if value is None else float(value), row["state"], answer.unit if take == "value" else "", rows)


_MEASURES = ("value", "state", "numerator", "denominator", "n", "low", "high")


def _keys(row: dict[str, Any]) -> list[Any]:
    """The dimensions of a row."""
    return [value for name, value in row.items() if name not in _MEASURES]


def _places(con: duckdb.DuckDBPyConnection) -> dict[str, Words]:
    """Names of divisions and departments by code, for the rows of a breakdown."""
    query = "select division_code, name_en, name_zh from dim_division union all select dept_id, name_en, name_zh from dim_department"
    return {code: {"en": en or zh or code, "zh": zh or code} for code, en, zh in con.execute(query).fetchall()}


def runs(cities: Sequence[str], home: Path, scale: float) -> Iterator[CityRun]:
    """Run the cities one after another, each in a folder of its own."""
    for city in cities:
        print(f"{city} …", file=sys.stderr)
        run = run_city(city, home / city, scale)
        yield run
        yield from (evaluate(name, Settings.load(home / city), scale, run.rows_read) for name in ALSO.get(city, ()))


def main(arguments: list[str]) -> int:
    """Run the cities and write the page; 1 if a figure differs or could not be asked."""
    from onegate.cities_page import page, summary

    parser = argparse.ArgumentParser(prog="python -m onegate.cities", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=SCALE, help="size of the cities (default: %(default)s)")
    parser.add_argument(
        "--home", type=Path, default=Path("var/cities"), help="folder of the installations, one per city (default: %(default)s)"
    )
    parser.add_argument("--city", nargs="*", default=list(CITIES), choices=CITIES, help="only these")
    parser.add_argument("-o", "--output", type=Path, default=TARGET, help="the page (default: docs/cities.md)")
    given = parser.parse_args(arguments)
    done = list(runs(given.city, given.home, given.scale))
    given.output.write_text(page(done), "utf-8")
    print(summary(done), file=sys.stderr)
    wrong = (o for run in done for o in run.outcomes if o.verdict.code == "differs" or o.computed is None)
    return int(any(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
