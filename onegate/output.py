"""How answers are printed: one JSON document, or a table for people. Progress goes to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Home = Annotated[Path | None, typer.Option("--home", help="Folder of the installation (default: $ONEGATE_HOME, else ./var).")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def document(body: Any) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(body, ensure_ascii=False, default=plain))


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers to the right."""
    listed = [list(row) for row in rows]
    out = Table(header_style="bold")
    for index, name in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) and not isinstance(row[index], bool) for row in listed)
        out.add_column(name, justify="right" if numeric else "left")
    for row in listed:
        out.add_row(*("" if value is None else escape(str(value)) for value in row))
    Console().print(out)


def progress(text: str) -> None:
    """Say on standard error what is being done."""
    print(text, file=sys.stderr, flush=True)
