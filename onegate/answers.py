"""Commands that answer: metric, metrics, sql. What they need to compute is imported by them alone: it takes longer than many another command."""

from __future__ import annotations

import csv
import sys
from datetime import date
from typing import Annotated, Any

import typer

from onegate.output import Home, Json, document, plain, table
from onegate.statement import QueryRefused, run_statement
from warehouse.release import Release, current, find
from warehouse.settings import Settings


class Wrong(ValueError):
    """A question that cannot be answered as it stands."""


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (metric, metrics, sql):
        app.command()(command)


def metric(  # noqa: PLR0913  (options of a command)
    metric_id: Annotated[str, typer.Argument(metavar="ID")],
    by: Annotated[str, typer.Option(help="Dimensions, separated by commas.")] = "",
    where: Annotated[list[str] | None, typer.Option(help="dimension=value; may be repeated.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day (local date).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Day after the last.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="name=value; may be repeated.")] = None,
    release: Annotated[str | None, typer.Option(help="An older release.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    show_sql: Annotated[bool, typer.Option("--sql", help="Print the SQL instead.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Answer one metric from the current release."""
    from metrics.catalog import read_catalog, table_names
    from metrics.compile import Query, compile_query
    from metrics.evaluate import answer

    try:
        query = Query(
            metric_id, tuple(filter(None, by.split(","))), _pairs(where, "--where"), _day(start), _day(end), _pairs(param, "--param")
        )
        con = _release(Settings.load(home), release).connect()
        if show_sql:
            print(compile_query(query, read_catalog(con, table_names(con))).sql)
            return
        found = answer(con, query)
    except ValueError as error:
        raise Wrong(str(error)) from error
    _print_answer(found.to_json(), "json" if json else form)
    if found.provisional_from and form == "table" and not json:
        print(f"Provisional from {found.provisional_from} on: not every source has delivered that day yet.")


def metrics(home: Home = None, json: Json = False) -> None:
    """List the catalogue of metrics."""
    from metrics.registry import registry

    listed = [entry.to_json() for entry in registry().values()]
    if json:
        document({"metrics": listed})
    else:
        table(
            ["id", "name", "名称", "unit", "better", "dimensions"],
            [(m["id"], m["name"]["en"], m["name"]["zh"], m["unit"], m["better"], ", ".join(m["dimensions"])) for m in listed],
        )


def sql(statement: Annotated[str, typer.Argument(metavar="SELECT")], home: Home = None, json: Json = False) -> None:
    """Run one read-only statement on the current release."""
    try:
        result = run_statement(Settings.load(home), statement)
    except QueryRefused as error:
        if json:
            document({"error": {"kind": error.kind, "message": str(error)}})
        print(f"onegate: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    if json:
        document(result)
    else:
        table([column["name"] for column in result["columns"]], result["rows"])


def _release(settings: Settings, stamp: str | None) -> Release:
    found = find(settings, stamp) if stamp else current(settings)
    if found is None:
        raise Wrong(f"There is no release {stamp}." if stamp else "Nothing has been published yet; run onegate build (or onegate demo).")
    return found


def _pairs(values: list[str] | None, option: str) -> tuple[tuple[str, str], ...]:
    for value in values or ():
        if "=" not in value:
            raise Wrong(f"{option} takes name=value, not {value!r}.")
    return tuple((name.strip(), text) for name, _, text in (value.partition("=") for value in values or ()))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Wrong(f"{text!r} is not a date; write YYYY-MM-DD.") from error


def _print_answer(body: dict[str, Any], form: str) -> None:
    if form == "json":
        document(body)
        return
    rows = [{name: _shown(value) for name, value in row.items()} for row in body["rows"]]
    names = list(rows[0]) if rows else ["value", "state"]
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([row[name] for name in names] for row in body["rows"])
    elif form == "table":
        table(names, [[row[name] for name in names] for row in rows])
        print(f"{body['metric']} · {body['unit']} · as of {body['as_of']} · release {body['release']}")
    else:
        raise Wrong(f"--format is table, json or csv, not {form}.")


def _shown(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value if isinstance(value, int | str | None) else plain(value)
