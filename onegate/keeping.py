"""Commands that keep an installation: hash of its content, backup, restore, rebuild."""

from __future__ import annotations

from typing import Annotated

import typer

from onegate.output import Home, Json, document, table
from warehouse.content_hash import content_hash
from warehouse.engine.duckdb import reading
from warehouse.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(name="hash")(hash_content)


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
