"""The dashboards as one ASGI application: Dash on FastAPI, its pages, its health endpoint, its security headers. Nothing comes from elsewhere.

Every page is one address, every change of state one link; three callbacks draw header, page and definition card from the address.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import duckdb
import uvicorn
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.backends._fastapi import reset_current_request, set_current_request
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from dashboards.cards.states import skeleton
from dashboards.compression import Compression
from dashboards.controls import View, read_view
from dashboards.export_routes import add_exports
from dashboards.gate import Gate, NoRelease
from dashboards.headers import SecurityHeaders, content_policy
from dashboards.markup import lighten
from dashboards.one_release import OneRelease
from dashboards.pages.catalog import PAGES, page_at
from dashboards.pages.quality_aside import DECIDE
from dashboards.pages.render import first_html, page, page_header, page_panel, warm_up
from dashboards.spare_collector import spare_collector
from dashboards.theme import stylesheet
from dashboards.words import say
from dashboards.workers import Workers
from metrics.registry import registry
from warehouse.models.graph import models
from warehouse.settings import Settings

INDEX = """<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>{%metas%}<meta name="viewport" content="width=device-width, initial-scale=1"><title>{%title%}</title>{%favicon%}{%css%}</head>
<body><div id="first">FIRST</div>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def create_app(settings: Settings, routes: Sequence[BaseRoute] = ()) -> Dash:
    """The application over the releases of one installation; `.server` is the ASGI application, `routes` what it answers besides."""
    gate, workers = Gate(settings), Workers()
    gate.takes_decisions = any(getattr(route, "path", "") == DECIDE for route in routes)
    server = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=list(routes))
    _add_pages(server, gate, workers)  # before Dash, whose own routes would answer the same addresses
    app = Dash(
        "dashboards",
        server=server,  # type: ignore[arg-type]
        title=say("en", "app.name"),
        update_title=None,  # type: ignore[arg-type]
        index_string=INDEX,
        external_stylesheets=["/theme.css"],
        suppress_callback_exceptions=True,  # charts come and go with the page
        add_log_handler=False,
    )
    server.state.dash, server.state.gate, server.state.workers = app, gate, workers
    app.layout = _frame
    registry()  # read definitions and models now, not while the first reader waits
    models()
    duckdb.execute("select $given", {"given": 1})  # its first parameter makes DuckDB load pandas, where that is installed: 0.7 s
    _add_callbacks(app, gate, workers)
    # Dash looks for assets at the first request to a route of its own; our pages come before that and would go out without style and script
    app._setup_server()
    server.add_api_route("/{path:path}", _nothing_here, methods=["GET", "HEAD"])
    server.add_middleware(OneRelease, gate=gate)
    server.add_middleware(Compression)
    server.add_middleware(SecurityHeaders, policy=content_policy(app.csp_hashes()))
    return app


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8050, routes: Sequence[BaseRoute] = ()) -> None:
    """Serve until interrupted. Every page is made once from the start on, so that its first reader need not wait for it."""
    app = create_app(settings, routes)
    spare_collector()
    threading.Thread(target=warm_up, args=(app.server.state.gate,), daemon=True).start()
    uvicorn.run(app.server, host=host, port=port, log_level="warning")


def _frame() -> html.Div:
    """What stands before any data: places for header, page and card, and a skeleton of the page's shape."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="view"),
            html.Header(id="header", className="header"),
            html.Main(lighten(skeleton()), id="page", tabIndex="-1"),
            html.Aside(id="panel", className="panel"),
        ]
    )


def _add_callbacks(app: Dash, gate: Gate, workers: Workers) -> None:
    """Address → header, page, card. The page does not hear of the card, so that opening one does not redraw it."""
    app.clientside_callback(
        ClientsideFunction("onegate", "view"),
        Output("view", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
        State("view", "data"),
    )

    @app.callback(Output("page", "children"), Input("view", "data"), prevent_initial_call=True)
    async def show_page(state: dict[str, str]) -> Any:
        return await workers.make(page, gate, read_view(state["path"], state["search"]))

    @app.callback(Output("header", "children"), Input("url", "pathname"), Input("url", "search"))
    async def show_header(path: str, search: str) -> Any:
        return await asyncio.to_thread(page_header, gate, read_view(path, search))

    @app.callback(Output("panel", "children"), Input("url", "pathname"), Input("url", "search"))
    async def show_panel(path: str, search: str) -> Any:
        return await asyncio.to_thread(page_panel, gate, read_view(path, search))


def _add_pages(server: FastAPI, gate: Gate, workers: Workers) -> None:
    """Addresses of the pages, the theme and the health of the service."""

    async def index(request: Request) -> Response:
        # what somebody may be about to follow (assets/prepare.js) is made ahead only while nobody waits for a page
        if request.headers.get("x-intent") == "prepare" and not workers.is_idle:
            return Response(status_code=204)
        return await workers.make(document, request)

    def document(request: Request) -> Response:
        path = request.url.path
        view = read_view(path, request.url.query)
        if "lang" not in request.query_params and _prefers_chinese(request):
            return RedirectResponse(View(**{**vars(view), "lang": "zh"}).href(), 307)
        status = 404 if _is_unknown(gate, view.path) else 200
        return Response(
            _document(request.app.state.dash, request, view, first_html(gate, view)),
            status,
            media_type="text/html",
            headers={"Cache-Control": "no-store"},
        )

    for one in PAGES:
        server.add_api_route(f"{one.path}{{code:path}}" if one.takes_code else one.path, index, methods=["GET", "HEAD"])
    add_exports(server, gate)
    server.add_api_route("/theme.css", lambda: Response(stylesheet(), media_type="text/css"), methods=["GET"])
    server.add_api_route("/healthz", lambda: _health(gate), methods=["GET"])


def _document(app: Dash, request: Request, view: View, first: str) -> str:
    """Dash's page with the reader's language and theme set and its content already readable; the script takes over from there."""
    token = set_current_request(request)  # Dash sets it for its own addresses only
    try:
        document = app.index()
    finally:
        reset_current_request(token)
    wall = ' data-wall="1"' if view.wall else ""
    head = f'<html lang="{view.lang}" data-theme="{view.theme}"{wall}>'
    return document.replace('<html lang="en" data-theme="light">', head, 1).replace("Loading...", "", 1).replace("FIRST", first, 1)


def _prefers_chinese(request: Request) -> bool:
    return request.headers.get("accept-language", "").lower().startswith("zh")


def _is_unknown(gate: Gate, path: str) -> bool:
    found = page_at(path)
    try:
        return found is None or (found.exists is not None and not found.exists(gate, found.code(path) or ""))
    except Exception:  # the page itself says what is wrong
        return False


def _health(gate: Gate) -> JSONResponse:
    """200 with the release that is served; 503 while there is none."""
    try:
        release = gate.holding().release
    except NoRelease as nothing:
        return JSONResponse({"status": "empty", "message": str(nothing)}, 503)
    return JSONResponse({"status": "stale" if gate.is_stale else "ok", "release": release.stamp, "as_of": str(release.as_of)})


def _nothing_here(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{say('en', 'missing.title')} / {say('zh', 'missing.title')}\n", 404)
