"""The monthly bulletin: one page that says how the place stands, then the tables behind it, as HTML, Excel and PDF from the same content."""

from __future__ import annotations

from dashboards.bulletin.content import content
from dashboards.bulletin.html import html_of
from dashboards.bulletin.pdf import pdf_of
from dashboards.bulletin.request import BulletinRefused, check_suffix
from dashboards.bulletin.xlsx import xlsx_of
from dashboards.gate import Gate
from warehouse.settings import Settings

__all__ = ["BulletinRefused", "make_bulletin"]

_WRITERS = {".html": html_of, ".xlsx": xlsx_of, ".pdf": pdf_of}


def make_bulletin(source: Gate | Settings, month: str = "", place_code: str = "", lang: str = "en", suffix: str = ".pdf") -> bytes:
    """The file of a bulletin. Empty month: the latest that is complete; empty place: the whole. BulletinRefused, NoRelease where there is none."""
    kind = check_suffix(suffix, lang)
    gate = source if isinstance(source, Gate) else Gate(source)
    return _WRITERS[kind](content(gate, month, place_code, lang))
