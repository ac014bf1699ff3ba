"""Commands that keep an installation: hash of its content, backup, restore, rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onegate.output import Home, Json, document, progress, table
from pipelines.backup import BackupUnusable, backup, restore
from pipelines.rebuild import RebuildFailed, RebuildReport, rebuild
from warehouse.content_hash import content_hash
from warehouse.engine.duckdb import reading
from warehouse.settings import Settings

Unusable = (BackupUnusable, RebuildFailed)
Folder = Annotated[Path, typer.Argument(help="The folder of the backup, best on another disk.", metavar="DIR")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(name="hash")(hash_content)
    app.command(name="backup")(back_up)
    app.command(name="restore")(bring_back)
    app.command(name="rebuild")(make_again)


def hash_content(
    tables: Annotated[bool, typer.Option("--tables", help="Also each table.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Hash what the warehouse holds: equal for equal content, whatever the files and their order."""
    with reading(Settings.load(home)) as con:
        found = content_hash(con) if con else None
    each = {name: {"rows": rows, "hash": digest} for name, (rows, digest) in found.tables.items()} if found and tables else {}
    body = {name: getattr(found, name) if found else None for name in ("content", "core", "set_aside")}
    if json:
        document({**body, **({"tables": each} if tables else {})})
        return
    table(["", ""], body.items())
    if each:
        table(["table", "rows", "hash"], [(name, entry["rows"], entry["hash"]) for name, entry in each.items()])


def back_up(folder: Folder, home: Home = None, json: Json = False) -> None:
    """Back up archive, ledger, key, settings and the newest release; the system may run meanwhile. Holds the key: guard it well."""
    made = backup(Settings.load(home), folder.absolute(), on_progress=progress)
    body = {
        **{name: made[name] for name in ("made_at", "release", "core", "set_aside")},
        "files": len(made["files"]),
        "bytes": sum(entry["bytes"] for entry in made["files"]),
    }
    document(body) if json else table(["", ""], body.items())


def bring_back(folder: Folder, home: Home = None, json: Json = False) -> None:
    """Make an installation from a backup in an empty home, and its warehouse from the archive; compare its content with the backup's."""
    _tell(restore(Settings.load(home), folder.absolute(), on_progress=progress), json)


def make_again(
    new_key: Annotated[bool, typer.Option("--new-key", help="Make a new key where it is lost: personal keys come out otherwise.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Make the warehouse again from the archive, by the ledger or, where it is lost, by the notes beside the files. Then say onegate build."""
    _tell(rebuild(Settings.load(home), new_key=new_key, on_progress=progress), json)


def _tell(report: RebuildReport, json: bool) -> None:
    hashes = {name: getattr(report.hashes, name) for name in ("content", "core", "set_aside")} if report.hashes else {}
    body = {"files": report.files, "rows": report.rows, "from_ledger": report.from_ledger, **hashes}
    body |= {"differing": report.differing, "redefined": report.redefined}
    document(body) if json else table(
        ["", ""], [(name, ", ".join(value) if isinstance(value, list) else value) for name, value in body.items()]
    )
    if report.differing:
        raise typer.Exit(1)
