"""Data Docs over HTTP: served from the installation with the application's headers, and nothing beside them."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp

from dashboards.app import create_app
from dashboards.data_docs import data_docs_routes
from warehouse.settings import Settings


def get(app: ASGIApp, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost", follow_redirects=True) as reader:
            return await reader.get(path)

    return asyncio.run(ask())


@pytest.fixture
def settings(tmp_path) -> Settings:
    settings = Settings(tmp_path / "home").prepare()
    settings.data_docs_dir.mkdir()
    (settings.data_docs_dir / "index.html").write_text("<h1>docs</h1>", "utf-8")
    (settings.data_docs_dir / "style.css").write_text("p {}", "utf-8")
    (settings.data_docs_dir / "notes.txt").write_text("private", "utf-8")
    (settings.home / "secret.html").write_text("private", "utf-8")
    return settings


def test_the_site_and_nothing_else_is_served(settings):
    app = Starlette(routes=data_docs_routes(settings))
    assert get(app, "/data-docs").text == get(app, "/data-docs/").text == "<h1>docs</h1>"
    assert get(app, "/data-docs/style.css").headers["content-type"] == "text/css; charset=utf-8"
    for name in ("notes.txt", "..%2Fsecret.html", "%2e%2e%2fsecret.html", "absent.html"):
        answer = get(app, f"/data-docs/{name}")
        assert answer.status_code == 404 and "private" not in answer.text


def test_before_the_first_build_it_says_what_to_do(tmp_path):
    answer = get(Starlette(routes=data_docs_routes(Settings(tmp_path))), "/data-docs/index.html")
    assert (answer.status_code, "onegate build" in answer.text) == (404, True)


def test_the_application_gives_it_its_security_headers(settings):
    answer = get(create_app(settings, data_docs_routes(settings)).server, "/data-docs/index.html")
    assert answer.text == "<h1>docs</h1>"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"
