"""Commands that keep running: serve and schedule."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from onegate.output import Home, progress
from warehouse.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(serve)
    app.command()(schedule)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; without accounts only loopback.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8050,
    home: Home = None,
) -> None:
    """Serve the dashboards, and take what sources push."""
    from dashboards.app import serve as run_dashboards
    from dashboards.data_docs import data_docs_routes
    from onegate import quarantine_desk
    from pipelines.transports.push import routes

    if host not in ("127.0.0.1", "localhost", "::1"):
        raise typer.BadParameter("there are no accounts yet, so the dashboards listen on loopback only (127.0.0.1)")
    progress(f"OneGate is at http://{host}:{port}/  (Ctrl+C ends it)")
    settings = Settings.load(home)
    run_dashboards(settings, host, port, [*routes(settings), *quarantine_desk.routes(settings), *data_docs_routes(settings)])


def schedule(port: Annotated[int, typer.Option(help="Port of the Dagster web server.")] = 3000, home: Home = None) -> None:
    """Run the Dagster daemon and web server: landing folder, pulls, freshness and the nightly build; runs that die begin again."""
    from pipelines.instance import instance_environment

    settings = Settings.load(home).prepare()
    progress(f"Dagster is at http://127.0.0.1:{port}/  (Ctrl+C ends it)")
    command = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port)]
    # in place of this process, so that whoever ends it ends Dagster, which ends its own
    os.execve(sys.executable, command, {**os.environ, **instance_environment(settings)})
