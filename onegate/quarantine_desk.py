"""The desk behind the page of data quality: takes decisions about rows that were set aside, one form at a time, and says what became of each.

There are no accounts yet, so it answers this machine alone, and only forms of its own pages: a page from elsewhere can make a browser send a form,
but not one that the browser itself marks as coming from here. Nothing is decided by GET.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboards.controls import LANGUAGES, THEMES
from dashboards.pages.quality_aside import DECIDE
from dashboards.pages.quality_text import reason_word
from dashboards.words import say
from pipelines.ingest import CallWrong
from pipelines.quarantine import Decider, Outcome, dismiss, release
from warehouse.engine.lease import StoreBusy
from warehouse.settings import Settings

LIMIT = 16_384  # bytes of a form
LENGTHS = {"id": 40, "column": 100, "value": 500, "by": 80, "reason": 300, "back": 2000}
_INSIDE = re.compile(r"^/(?![/\\])[^\x00-\x20\x7f]*$")
_FORM = "application/x-www-form-urlencoded"


class NotTaken(Exception):
    """The form is not taken; carries the status and the key of what is said."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status, self.key = status, key


def routes(settings: Settings) -> list[Route]:
    """The address of the desk."""

    async def decide(request: Request) -> Response:
        form: dict[str, str] = {}
        try:
            _check_sender(request)
            form = await _form(request)
            outcome = await run_sync(_decided, settings, form)
        except NotTaken as refusal:
            return _page(form, [say(_lang(form), f"desk.{refusal.key}")], refusal.status)
        except StoreBusy:
            return _page(form, [say(_lang(form), "desk.busy")], 409)
        except CallWrong as wrong:
            return _page(form, [say(_lang(form), "desk.wrong"), str(wrong)], 422)
        return _page(form, _told(outcome, form), 200 if outcome.decided else 422)

    return [Route(DECIDE, decide, methods=["POST"])]


def _check_sender(request: Request) -> None:
    """Only this machine, under its own name (a foreign name that leads here is no name of ours), and only from a page of ours."""
    address = urlsplit(f"//{request.headers.get('host', '')}")
    if not (_is_loopback(address.hostname) and request.client and _is_loopback(request.client.host)):
        raise NotTaken(403, "not_here")
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_ours = urlsplit(origin).netloc == address.netloc if origin else site == "same-origin"
    if not is_ours or site not in (None, "same-origin"):
        raise NotTaken(403, "not_ours")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise NotTaken(415, "no_form")


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


async def _form(request: Request) -> dict[str, str]:
    """The fields of the form, each once and no longer than it may be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise NotTaken(413, "too_long")
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=20)
    except ValueError:
        raise NotTaken(400, "no_form") from None
    form = {name: values[-1].strip() for name, values in found.items()}
    if any(len(form.get(name, "")) > length for name, length in LENGTHS.items()):
        raise NotTaken(413, "too_long")
    return form


def _decided(settings: Settings, form: Mapping[str, str]) -> Outcome:
    if form.get("decision") not in ("release", "dismiss") or not form.get("id"):
        raise NotTaken(400, "no_form")
    if not (form.get("by") and form.get("reason")):
        raise NotTaken(422, "who_and_why")
    decider = Decider(form["by"], form["reason"])
    if form["decision"] == "dismiss":
        return dismiss(settings, [form["id"]], decider)
    changes = {form["column"]: form.get("value", "")} if form.get("column") else {}
    return release(settings, [form["id"]], changes, decider)


def _told(outcome: Outcome, form: Mapping[str, str]) -> list[str]:
    lang = _lang(form)
    said = [say(lang, f"desk.{form['decision']}", id=record) for record in outcome.decided]
    for record, reasons in outcome.kept.items():
        why = "; ".join(reason_word(re.sub(r"^(E_[A-Z_]+(?::\w+)?).*", r"\1", reason), lang) for reason in reasons)
        said.append(say(lang, "desk.kept", id=record, why=why))
    return said


def _lang(form: Mapping[str, str]) -> str:
    return form["lang"] if form.get("lang") in LANGUAGES else "en"


def _page(form: Mapping[str, str], said: list[str], status: int) -> HTMLResponse:
    """What became of it, and the way back."""
    lang, theme = _lang(form), form["theme"] if form.get("theme") in THEMES else "light"
    back = form.get("back", "")
    back = back if _INSIDE.match(back) else f"/quality?lang={lang}"
    title = escape(say(lang, "desk.title"))
    body = "".join(f"<p>{escape(text)}</p>" for text in said)
    sheets = "".join(f'<link rel="stylesheet" href="{name}">' for name in ("/theme.css", "/assets/onegate.css", "/assets/quality.css"))
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="{lang}" data-theme="{theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{title}</title>{sheets}</head><body><main class="page is-desk"><h1>{title}</h1><div role="status">{body}</div>'
        f'<p><a href="{escape(back)}">{escape(say(lang, "desk.back"))}</a></p></main></body></html>',
        status,
        headers={"Cache-Control": "no-store"},
    )
