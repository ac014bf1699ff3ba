"""Commands for quarantined records: list, export, release, resubmit, dismiss; and the alerts that wait for a person."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from onegate.output import Home, Json, document, progress, table
from pipelines import alerts, quarantine, worksheet
from pipelines.ingest import CallWrong
from pipelines.quarantine import Decider, Outcome
from warehouse.alerts import listed as listed_alerts
from warehouse.engine.duckdb import writing
from warehouse.settings import Settings

records = typer.Typer(help="What was refused: list it, export, correct and release it, or dismiss it.", invoke_without_command=True)
warnings = typer.Typer(help="What waits for a person: files refused, columns that came or went.", invoke_without_command=True)

Ids = Annotated[list[str], typer.Option("--id", help="Record, as `onegate quarantine` lists it (file:row); repeat for more.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides (default: the user of this machine).")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept in the ledger.")]
OfSource = Annotated[str | None, typer.Option("--source", help="Only of this source.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(records, name="quarantine")
    app.add_typer(warnings, name="alerts")


@records.callback()
def listed(
    context: typer.Context,
    source: OfSource = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was released or dismissed.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """List what was refused: file, row number, reasons, the row itself with personal keys masked."""
    if context.invoked_subcommand:
        context.obj = (home, json, source)
        return
    rows = quarantine.quarantined(Settings.load(home), source, everything=everything)
    if json:
        document({"rows": rows})
        return
    columns = ["id", "state", "source", "feed", "file", "row", "reasons", "record"]
    table(
        columns, [[*(r[name] for name in columns[:4]), Path(r["file"]).name, r["row"], ", ".join(r["reasons"]), r["record"]] for r in rows]
    )


@records.command()
def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="The CSV file to write.")],
    source: OfSource = None,
    clear: Annotated[bool, typer.Option("--clear", help="Personal values as they were delivered, not masked.")] = False,
    home: Home = None,
) -> None:
    """Write the open records to a CSV file in which they can be corrected."""
    home, _, source = _options(context, home, source=source)
    progress(f"{worksheet.export(Settings.load(home), output, source, clear=clear)} records written to {output}.")


@records.command()
def release(  # noqa: PLR0913  (options of a command)
    context: typer.Context,
    ids: Ids,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="COLUMN=VALUE", help="A column's right value; repeat for more.")
    ] = None,
    by: By = None,
    reason: Reason = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Load records again, with columns corrected."""
    home, json, _ = _options(context, home, json)
    _told(quarantine.release(Settings.load(home), ids, dict(map(_pair, changes or [])), Decider(by or getpass.getuser(), reason)), json)


@records.command()
def resubmit(  # noqa: PLR0913  (options of a command)
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV file that `onegate quarantine export` wrote, corrected.")],
    by: By = None,
    reason: Reason = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Load the corrected records of an exported file; masked cells keep the value that was delivered."""
    home, json, _ = _options(context, home, json)
    _told(worksheet.resubmit(Settings.load(home), file, Decider(by or getpass.getuser(), reason)), json)


@records.command()
def dismiss(  # noqa: PLR0913  (options of a command)
    context: typer.Context,
    ids: Ids,
    reason: Reason,
    by: By = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Put records aside for good, with a reason; they stay in the ledger."""
    home, json, _ = _options(context, home, json)
    _told(quarantine.dismiss(Settings.load(home), ids, Decider(by or getpass.getuser(), reason)), json)


@warnings.callback()
def open_alerts(context: typer.Context, home: Home = None, json: Json = False) -> None:
    """List the open alerts; exit status 1 if there are any."""
    if context.invoked_subcommand:
        context.obj = (home, json, None)
        return
    found = [asdict(alert) for alert in listed_alerts(Settings.load(home).alerts_path)]
    if json:
        document({"alerts": found})
    else:
        columns = ["id", "raised_at", "source", "feed", "kind", "sentence"]
        table(columns, [[alert[name] for name in columns] for alert in found])
    raise typer.Exit(1 if found else 0)


@warnings.command()
def clear(
    context: typer.Context,
    numbers: Annotated[list[int], typer.Argument(help="Alerts, as `onegate alerts` lists them.", metavar="ID...")],
    by: By = None,
    home: Home = None,
) -> None:
    """Close alerts that were dealt with."""
    settings = Settings.load(_options(context, home)[0])
    with writing(settings, patience=settings.patience) as con:
        closed = alerts.clear_alerts(con, numbers, by or getpass.getuser())
        alerts.show_alerts(con, settings)
    if closed < len(set(numbers)):
        raise CallWrong(f"{closed} of {len(set(numbers))} alerts were open and are closed now; onegate alerts lists those that are open.")


def _options(
    context: typer.Context, home: Path | None, json: bool = False, source: str | None = None
) -> tuple[Path | None, bool, str | None]:
    """Options that stand before the subcommand count as well."""
    outer_home, outer_json, outer_source = context.obj
    return home or outer_home, json or outer_json, source or outer_source


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise CallWrong(f"--set takes COLUMN=VALUE, not {text}.")
    return name, value


def _told(outcome: Outcome, json: bool) -> None:
    if json:
        document(outcome.to_json())
    else:
        table(
            ["record", "became"],
            [(each, "decided") for each in outcome.decided] + [(each, ", ".join(why)) for each, why in outcome.kept.items()],
        )
    raise typer.Exit(1 if outcome.kept else 0)
