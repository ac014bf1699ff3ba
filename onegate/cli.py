"""The `onegate` command. Exit status: 0 done; 1 something needs a person; 2 the call or its input is wrong, nothing changed."""

from __future__ import annotations

import sys

import duckdb
import typer

from onegate import answers, data, keeping, quarantine, report, service, transports
from pipelines.ingest import CallWrong
from warehouse.disk_space import DiskFull
from warehouse.engine.duckdb import StoreBusy, StoreMissing

TOO_LITTLE = (
    "DuckDB has too little memory for this; readers see what they saw before. Free some, or allow more than now, as in ONEGATE_MEMORY=8GB, "
    "and give the same call again."
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Government service performance from the case records themselves.",
)
data.register(app)
transports.register(app)
quarantine.register(app)
answers.register(app)
service.register(app)
keeping.register(app)
report.register(app)


def main() -> None:
    """Run the command; an error that people can mend is one line on standard error."""
    try:
        app()
    except (CallWrong, StoreBusy, StoreMissing, answers.Wrong, *keeping.Unusable) as error:
        print(f"onegate: {error}", file=sys.stderr)
        sys.exit(2)
    except duckdb.OutOfMemoryException as error:
        print(f"onegate: {TOO_LITTLE} ({str(error).splitlines()[0]})", file=sys.stderr)
        sys.exit(1)
    except DiskFull as error:
        print(f"onegate: {error}", file=sys.stderr)
        sys.exit(1)
