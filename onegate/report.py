"""Command report: the monthly bulletin as a file."""

from __future__ import annotations

import locale
from pathlib import Path
from typing import Annotated

import typer

from onegate.answers import Wrong
from onegate.output import Home, Json, document, progress
from warehouse.settings import Settings

LANGUAGES = ("en", "zh")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(report)


def report(  # noqa: PLR0913  (options of a command)
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; its ending says what: .pdf, .xlsx or .html.")],
    month: Annotated[str, typer.Option(help="YYYY-MM; the latest complete month unless given.")] = "",
    district: Annotated[str, typer.Option(help="Code of a district (or another division); the whole unless given.")] = "",
    lang: Annotated[str, typer.Option(help="en or zh; that of the terminal's locale unless given, else en.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write the monthly bulletin."""
    from dashboards.bulletin import BulletinRefused, make_bulletin
    from dashboards.bulletin.request import check_suffix, wanted
    from dashboards.gate import Gate, NoRelease

    chosen = lang or _language()
    if chosen not in LANGUAGES:
        raise Wrong(f"A bulletin is written in {' or '.join(LANGUAGES)}, not in {lang!r}.")
    gate = Gate(Settings.load(home))
    try:
        suffix = check_suffix(output.suffix, chosen)
        asked = wanted(gate, month, district, chosen)
        content = make_bulletin(gate, asked.month.key, district, chosen, suffix)
    except BulletinRefused as error:
        raise Wrong(str(error)) from error
    except NoRelease as error:
        raise Wrong("Nothing has been published yet; run onegate build (or onegate demo).") from error
    _write(output, content)
    if json:
        stamp = gate.holding().release.stamp
        document({"file": str(output), "month": asked.month.key, "district": district or None, "bytes": len(content), "release": stamp})
    else:
        progress(f"{output}: bulletin of {asked.month.key}, {len(content):,} bytes.")


def _write(output: Path, content: bytes) -> None:
    try:
        output.write_bytes(content)
    except OSError as error:
        raise Wrong(f"{output} cannot be written ({error.strerror}); name a file in a folder that exists and is yours.") from error


def _language() -> str:
    """Chinese where the terminal is."""
    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else "en"
