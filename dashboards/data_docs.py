"""The pages of Data Docs at /data-docs/, as the last build's quality gate left them. The application adds its security headers, as to every answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from warehouse.settings import Settings

MEDIA_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8"}


def data_docs_routes(settings: Settings) -> list[Route]:
    """The addresses of the site."""

    async def page(request: Request) -> Response:
        return _answer(settings, request.path_params["name"])

    async def index(request: Request) -> Response:
        return RedirectResponse("/data-docs/index.html", 307)

    return [Route("/data-docs", index), Route("/data-docs/", index), Route("/data-docs/{name}", page)]


def _answer(settings: Settings, name: str) -> Response:
    """A file of the site, by its plain name alone."""
    folder = settings.data_docs_dir
    known = {path.name: path for path in folder.iterdir() if path.suffix in MEDIA_TYPES} if folder.is_dir() else {}
    if name not in known:
        return PlainTextResponse("No build has written this page; run onegate build. 尚无此页;请先运行 onegate build。\n", 404)
    return FileResponse(known[name], media_type=MEDIA_TYPES[known[name].suffix], headers={"Cache-Control": "no-store"})
