"""Commands of the transports: pull what sources hold, and make the keys of sources that push."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from onegate.output import Home, Json, document, progress, table
from pipelines.ingest import CallWrong
from warehouse.settings import Settings

keys = typer.Typer(no_args_is_help=True, help="Keys: `key push SOURCE` lets a source push its records over HTTP.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(pull)
    app.add_typer(keys, name="key")


def pull(
    source: Annotated[str, typer.Argument(help="Source whose definition has a section postgres or open311.")],
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (inclusive); without it, what is new.")
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Day after the last (exclusive).")] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Fetch a source's new records, or those of some days, into its landing folder; `onegate ingest` or the schedule loads them."""
    from pipelines.transports.inbox import NotClaimed
    from pipelines.transports.position import PullBusy
    from pipelines.transports.pull import PullFailed, PullUnset, Window
    from pipelines.transports.pull import pull as fetch

    if (start is None) != (end is None):
        raise CallWrong("A window needs both --from and --to.")
    try:
        window = Window(start.date(), end.date()) if start and end else None
        pulled = fetch(Settings.load(home), source, window, progress)
    except (NotClaimed, PullUnset, PullBusy) as error:
        raise CallWrong(str(error)) from error
    except PullFailed as error:
        print(f"onegate: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    if json:
        document(pulled.to_json())
    else:
        table(["file", "rows", "bytes"], [(each.path.name, each.rows, each.size) for each in pulled.landed])


@keys.command("push")
def push_key(
    source: Annotated[str | None, typer.Argument(help="The source; without one, those that may push are listed.")] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="The key before it ends at once; otherwise it stays valid beside the new one.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take every key of the source away.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a key with which a source may push, and show it: this once, since only its hash is kept."""
    from pipelines.transports.inbox import NotClaimed
    from pipelines.transports.push_keys import make_key, pushing_sources, remove_keys

    settings = Settings.load(home).prepare()
    try:
        if source is None:
            found = pushing_sources(settings)
            document({"sources": found}) if json else table(["source", "keys"], list(found.items()))
        elif remove:
            count = remove_keys(settings, source)
            document({"source": source, "removed": count}) if json else progress(f"{count} keys of {source} removed.")
        else:
            key = make_key(settings, source, alone=alone)
            document({"source": source, "key": key, "address": f"/api/ingest/{source}"}) if json else _show(source, key)
    except NotClaimed as error:
        raise CallWrong(str(error)) from error


def _show(source: str, key: str) -> None:
    print(key)
    progress(f"This key is shown once. {source} sends it as `Authorization: Bearer …` to POST /api/ingest/{source} (docs/transports.md).")
