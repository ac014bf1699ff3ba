"""Commands that bring data in and publish it: demo, ingest, build, status."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from onegate.output import Home, Json, document, progress, table
from pipelines import ingest as ingesting
from pipelines import state
from pipelines.receipts import COUNTS, IngestReport
from warehouse.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (demo, ingest, build, status):
        app.command()(command)


def demo(  # noqa: PLR0913  (options of a command)
    city: Annotated[str, typer.Option(help="Which city.")] = "foshan",
    scale: Annotated[float, typer.Option(help="Size: 1 makes over 200,000 cases.", min=0.001)] = 1.0,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the dashboards at the end.")] = True,
    port: Annotated[int, typer.Option(help="Port of the dashboards.")] = 8050,
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a city's files, ingest and build them, publish, and serve the dashboards."""
    from pipelines.demo.cities import make_city
    from pipelines.run import build as run_build

    settings = Settings.load(home).prepare()
    began = time.monotonic()
    folder = settings.home / "demo" / city
    progress(f"Making the files of {city} …")
    shutil.rmtree(folder, ignore_errors=True)  # files of another scale must not stay among these
    make_city(city, folder, scale=scale)
    reports = [
        ingesting.ingest(settings, [entry], source=entry.name, on_progress=progress) for entry in sorted(folder.iterdir()) if entry.is_dir()
    ]
    result = run_build(settings, on_progress=progress)
    rows = sum(receipt.read for report in reports for receipt in report.receipts)
    progress(f"{rows:,} rows read, release {result.release} published in {time.monotonic() - began:.0f} s.")
    if json:
        document({"receipts": [asdict(receipt) for report in reports for receipt in report.receipts], **result.to_json()})
    if not result.published:
        raise typer.Exit(1)
    if serve:
        from dashboards.app import serve as run_dashboards

        progress(f"OneGate is at http://127.0.0.1:{port}/  (Ctrl+C ends it)")
        run_dashboards(settings, "127.0.0.1", port)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")],
    source: Annotated[str | None, typer.Option(help="Source that they come from.")] = None,
    feed: Annotated[str | None, typer.Option(help="Feed that they hold, whatever their names.")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Load files; readers see nothing of it before the next build."""
    report = ingesting.ingest(Settings.load(home), paths, source=source, feed=feed, on_progress=progress)
    for note in report.notes:
        progress(note)
    if json:
        document(report.to_json())
    else:
        _show(report)
    raise typer.Exit(1 if report.needs_a_person else 0)


def build(
    full: Annotated[bool, typer.Option("--full", help="Build everything anew.")] = False,
    engine: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    home: Home = None,
    json: Json = False,
) -> None:
    """Bring marts and rollups up to date, run the quality gate, publish a release."""
    if engine != "duckdb":
        raise ingesting.CallWrong(f"The engine {engine} is not installed here; DuckDB is: leave --engine away.")
    from pipelines.run import build as run_build

    result = run_build(Settings.load(home).prepare(), full=full, on_progress=progress)
    if json:
        document(result.to_json())
    else:
        table(
            ["", ""],
            [
                ("release", result.release),
                ("as of", result.as_of),
                ("published", result.published),
                *result.checks.items(),
                ("seconds", round(result.seconds, 1)),
            ],
        )
        for outcome in result.blocking:
            progress(f"blocked by {outcome}")
    raise typer.Exit(0 if result.published else 1)


def status(home: Home = None, json: Json = False) -> None:
    """Show release, freshness of each source, quarantine, checks and sizes."""
    answer = state.status(Settings.load(home))
    if json:
        document(answer)
        return
    table(
        ["", ""],
        [
            ("release", answer["release"]),
            ("as of", answer["as_of"]),
            *answer["checks"].items(),
            *((f"bytes: {name}", size) for name, size in answer["bytes"].items()),
        ],
    )
    columns = ["source", "feed", "last_received", "rows", "quarantined", "late"]
    table(columns, [[source[name] for name in columns] for source in answer["sources"]])
    if answer["alerts"]:
        table(["alert", "source", "what"], [(alert["id"], alert["source"], alert["sentence"]) for alert in answer["alerts"]])


def _show(report: IngestReport) -> None:
    columns = ["file", "source", "feed", "read", *COUNTS]
    table(columns, [[Path(r.file).name, *(getattr(r, name) for name in columns[1:])] for r in report.receipts])
    for title, entries in (("refused", report.refused), ("ignored", report.ignored)):
        if entries:
            table([title, "reason"], [(Path(entry.file).name, entry.reason) for entry in entries])
