"""The golden city: forty cases made by hand (onegate/golden/README.md), received from three deliveries, built once, and what they must answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import duckdb
import pytest
import yaml
from scipy.stats import t

from metrics.catalog import table_names
from metrics.evaluate import Query, Store, answer_all, read_store
from metrics.rollup import build_rollups
from pipelines.ingest import ingest
from warehouse.build import build_models
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

GOLDEN = Path(__file__).parent / "onegate" / "golden"


@dataclass(frozen=True)
class Expectation:
    """One line of golden/expected_*.yaml: a question, and what a person with a pencil answers.

    `parts` are numerator and denominator ("22/32"), `value` and `n` numbers, `state` why there is none, `interval` its two ends, `values` the
    values that a mean is taken over, and `rows` the same by the values of the one dimension in `by`: parts, or a plain value.
    """

    metric: str
    asked: dict[str, Any]
    told: dict[str, Any]

    @classmethod
    def read(cls, line: dict[str, Any]) -> Expectation:
        """A line as it stands in the file."""
        told = {key: line[key] for key in ("parts", "value", "n", "state", "interval", "values", "rows") if key in line}
        return cls(line["ask"], {key: line[key] for key in line if key not in told and key != "ask"}, told)

    def __str__(self) -> str:
        """Its name among the tests."""
        return " ".join([self.metric, *(f"{key}={value}" for key, value in self.asked.items())])

    def fault(self, con: duckdb.DuckDBPyConnection, store: Store | None = None) -> str | None:
        """Where a store's answer differs; None where it is as told."""
        rows = answer_all(con, [self.query()], store)[0].rows
        if "rows" in self.told:
            told = {None if key in (None, "null") else str(key): _told_of(found) for key, found in self.told["rows"].items()}
            found = {_key(row[self.asked["by"]]): row for row in rows}
            if list(found) != list(told):
                return f"rows {list(found)}, told {list(told)}"
            return next((f"{key}: {fault}" for key, each in told.items() if (fault := _fault(each, found[key]))), None)
        return _fault(self.told, rows[0]) if len(rows) == 1 else f"{len(rows)} rows"

    def spoilt(self) -> Expectation:
        """The same question with one thing told wrong."""
        wrong = {"parts": [-7, 1], "value": -7, "n": -7, "state": "suppressed", "interval": [-7, 1], "values": [-7, 1], "rows": {"-7": -7}}
        name = next(iter(self.told))
        return Expectation(self.metric, self.asked, self.told | {name: wrong[name]})

    def query(self) -> Query:
        """The question."""
        where = tuple((name, str(value)) for name, value in self.asked.get("where", {}).items())
        params = tuple((name, str(value)) for name, value in self.asked.get("params", {}).items())
        return Query(self.metric, tuple(filter(None, [self.asked.get("by")])), where, self.asked.get("from"), self.asked.get("to"), params)


def _key(value: Any) -> str | None:
    return None if value is None else str(value)


def _told_of(found: Any) -> dict[str, Any]:
    return {"parts": found} if isinstance(found, str) and "/" in found else {"state": found} if isinstance(found, str) else {"value": found}


def _numbers(given: Any) -> list[float]:
    parts = given.split("/") if isinstance(given, str) and given.count("/") == 1 else given
    return [float(Fraction(str(part))) for part in parts]


def _of_mean(values: list[float], row: dict[str, Any]) -> list[tuple[Any, float]]:
    """Sum, number, mean and Student's interval of some values."""
    mean, half = fmean(values), stdev(values) / len(values) ** 0.5
    low, high = t.interval(0.95, len(values) - 1, mean, half)
    found = (row["numerator"], row["denominator"], row["value"], row["n"], row["low"], row["high"])
    return list(zip(found, (sum(values), len(values), mean, len(values), low, high), strict=True))


def _fault(told: dict[str, Any], row: dict[str, Any]) -> str | None:
    pairs = []
    if "parts" in told:
        pairs += list(zip((row["numerator"], row["denominator"]), _numbers(told["parts"]), strict=True))
    if "interval" in told:
        pairs += list(zip((row["low"], row["high"]), _numbers(told["interval"]), strict=True))
    if "values" in told:
        pairs += _of_mean([float(Fraction(str(value))) for value in told["values"]], row)
    if "value" in told:
        pairs.append((row["value"], float(Fraction(str(told["value"])))))
    if "n" in told:
        pairs.append((row["n"], told["n"]))
    if "state" in told and row["state"] != told["state"]:
        return f"state {row['state']}, told {told['state']}"
    return next((f"{found}, told {number} in {row}" for found, number in pairs if found is None or found != pytest.approx(number)), None)


def _expectations() -> list[Expectation]:
    files = sorted(GOLDEN.glob("expected_*.yaml"))
    return [Expectation.read(line) for file in files for line in yaml.safe_load(file.read_text("utf-8"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for every line that was worked out by hand."""
    if "expectation" in metafunc.fixturenames:
        metafunc.parametrize("expectation", _expectations(), ids=str)


@pytest.fixture(scope="session")
def expectations() -> list[Expectation]:
    """Everything that the golden city must answer."""
    return _expectations()


@pytest.fixture(scope="session")
def golden_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The city's own platform, then the files of a department's system, then a delivery that comes late and corrects."""
    settings = Settings(tmp_path_factory.mktemp("golden-city"))
    for folder, source in (("platform", None), ("department", "department_system"), ("late", None)):
        report = ingest(settings, [GOLDEN / folder], source=source)
        assert not report.needs_a_person, report
    con = open_store(settings)
    build_models(con, full=True)
    build_rollups(con)
    yield con
    con.close()


@pytest.fixture(scope="session")
def golden_store(golden_city: duckdb.DuckDBPyConnection) -> Store:
    """What the golden city's store has, looked up once."""
    return read_store(golden_city)


@pytest.fixture(scope="session")
def contents() -> Callable[[duckdb.DuckDBPyConnection], dict[str, list[tuple]]]:
    """Reads every rollup's rows in an order of their own, fractions to nine digits."""

    def read(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
        found = {}
        for name in sorted(table for table in table_names(con) if table.startswith("rollup_")):
            columns = sorted((column, kind) for column, kind, *_ in con.execute(f"describe {name}").fetchall())
            listed = ", ".join(
                f"""format('{{:.9g}}', "{column}" + 0.0)""" if kind == "DOUBLE" else f'"{column}"' for column, kind in columns
            )
            found[name] = con.execute(f"select {listed} from {name} order by all").fetchall()
        return found

    return read
