"""Refusals of the push service as RFC 9457 problem documents, in English and Chinese."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from starlette.responses import JSONResponse


class Problem(Exception):
    """A request that is not carried out: `code` of problems.yaml, and what its sentences are filled with."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    def response(self) -> JSONResponse:
        """What is answered."""
        text = _texts()[self.code]
        (title, detail), (title_zh, detail_zh) = text["en"], text["zh"]
        body = {
            "type": f"urn:onegate:push:{self.code}",
            "title": title,
            "status": text["status"],
            "detail": detail.format(**self.values),
            "title_zh": title_zh,
            "detail_zh": detail_zh.format(**self.values),
        }
        return JSONResponse(body, text["status"], headers=_HEADERS.get(text["status"]), media_type="application/problem+json")


_HEADERS = {401: {"WWW-Authenticate": 'Bearer realm="onegate"'}, 409: {"Retry-After": "1"}, 507: {"Retry-After": "60"}}


@cache
def _texts() -> dict[str, Any]:
    return yaml.safe_load((files("pipelines.transports") / "problems.yaml").read_text("utf-8"))
