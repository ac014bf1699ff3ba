"""Files to take away, by the address of the page that they stand for.

`/export/<csv|xlsx>/<table>/<page's path>?<page's query>`: a table with exactly the rows that the page shows.
`/bulletin/<pdf|xlsx|html>/<page's path>?<page's query>`: the bulletin of the page's place and month.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from dashboards import formats
from dashboards.bulletin import BulletinRefused, make_bulletin
from dashboards.cards.table import FORMATS, Position, Table, arranged
from dashboards.controls import View, read_view
from dashboards.exports.cover import Cover
from dashboards.exports.files import MEDIA_TYPES, write_table
from dashboards.gate import Gate, NoRelease
from dashboards.pages.frame import NARROWED, frame_of, thing_name
from dashboards.pages.render import place_of, tables_of
from dashboards.periods import Period
from dashboards.words import say

BULLETIN_TYPES = {**MEDIA_TYPES, "pdf": "application/pdf", "html": "text/html; charset=utf-8"}


def add_exports(server: FastAPI, gate: Gate) -> None:
    """Add the route."""

    async def export(kind: str, key: str, path: str, request: Request) -> Response:
        view = read_view(path, request.url.query)
        return await asyncio.to_thread(_export, gate, view, (kind, key))

    async def bulletin(kind: str, request: Request, path: str = "") -> Response:
        view = read_view(path, request.url.query)
        return await asyncio.to_thread(_bulletin, gate, view, kind)

    server.add_api_route("/bulletin/{kind}", bulletin, methods=["GET"])
    server.add_api_route("/bulletin/{kind}/{path:path}", bulletin, methods=["GET"])
    server.add_api_route("/export/{kind}/{key}", export, methods=["GET"])
    server.add_api_route("/export/{kind}/{key}/{path:path}", export, methods=["GET"])


def _export(gate: Gate, view: View, asked: tuple[str, str]) -> Response:
    kind, key = asked
    try:
        found = {table.key: table for table in tables_of(gate, view)} if kind in FORMATS else {}
    except NoRelease as nothing:
        return PlainTextResponse(f"{nothing}\n", 404)
    if key not in found:
        return PlainTextResponse(f"{say(view.lang, 'export.unknown', table=key)}\n", 404)
    table = _asked_rows(found[key], view)
    body = write_table(kind, table, cover_of(gate, view, table.title))
    name = quote(file_name(table.title, view, kind))
    return Response(body, media_type=MEDIA_TYPES[kind], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


def _bulletin(gate: Gate, view: View, kind: str) -> Response:
    """The bulletin of the month that the page shows; of the last month of a longer period."""
    try:
        frame = frame_of(gate, place_of(view))
        month = Period.holding(min(frame.scope.period.last_day, frame.scope.as_of)).key
        body = make_bulletin(gate, month, view.here, view.lang, f".{kind}")
    except (BulletinRefused, NoRelease) as refusal:
        return PlainTextResponse(f"{refusal}\n", 404)
    name = quote(f"{say(view.lang, 'nav.bulletin')} {frame.name} {month}.{kind}")
    return Response(body, media_type=BULLETIN_TYPES[kind], headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})


def _asked_rows(table: Table, view: View) -> Table:
    """All pages of the table in the order and with the search of the address."""
    if table.every is not None:
        return table.whole
    return replace(table, rows=arranged(table, Position.of(table, view)))


def cover_of(gate: Gate, view: View, title: str) -> Cover:
    """The cover for a page's table."""
    frame, lang = frame_of(gate, place_of(view)), view.lang
    filters = [
        (say(lang, "nav.place"), frame.name),
        (say(lang, "nav.period"), formats.period(frame.scope.period, lang)),
        (say(lang, "nav.channel"), say(lang, f"channel.{view.channel or 'all'}")),
        *(
            (say(lang, f"filter.{field}"), thing_name(gate, field, getattr(frame.view, field), lang))
            for field in NARROWED
            if getattr(frame.view, field)
        ),
    ]
    belief = frame.belief
    return Cover(title, tuple(filters), belief.as_of, belief.stamp, belief.published_at, lang=lang)


def file_name(title: str, view: View, kind: str) -> str:
    """`Waiting by hall 2018-10.csv`: letters of any script, without what file systems refuse."""
    words = re.sub(r"[^\w\s.-]", " ", title).strip()[:80] or "table"
    return f"{' '.join([words, view.period]).strip()}.{kind}"
