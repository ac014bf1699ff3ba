"""The bulletin as a PDF by Typst, whose compiler comes in its wheel: no browser, no network. The page's look is in bulletin.typ.

The shipped fonts come first, so that a bulletin looks the same everywhere; a character that they lack is taken from the system's fonts.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import typst

from dashboards import formats
from dashboards.bulletin.model import Bulletin, Card, Cell, Grid, Line, Picture, Section
from dashboards.theme import LIGHT
from dashboards.words import say

TEMPLATE = Path(__file__).with_name("bulletin.typ")
FONTS = Path(__file__).parents[1] / "assets" / "fonts"
STANDARD = "ua-1"  # tagged, titled, with its language: readable aloud
REGIONS = {"zh": "cn", "en": "gb"}
# what the shipped fonts draw for characters that they lack
PLAIN = str.maketrans({formats.NARROW: "\u00a0", "✕": "×"})


def pdf_of(bulletin: Bulletin) -> bytes:
    """The file."""
    told = json.dumps(_plain(_told(bulletin)), ensure_ascii=False)
    made = typst.compile(TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs={"bulletin": told}, pdf_standards=STANDARD)
    if not isinstance(made, bytes):
        raise TypeError("Typst gave several files where one was asked for.")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Found once: looking through a system's fonts takes longer than setting a bulletin."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[FONTS])


def _plain(node: Any) -> Any:
    if isinstance(node, str):
        return node.translate(PLAIN)
    if isinstance(node, dict):
        return {key: _plain(child) for key, child in node.items()}
    return [_plain(child) for child in node] if isinstance(node, list | tuple) else node


def _told(bulletin: Bulletin) -> dict[str, Any]:
    """Everything that the page says, in strings."""
    lang = bulletin.lang
    month = formats.period(bulletin.month, lang)
    return {
        "lang": lang, "region": REGIONS[lang], "colours": asdict(LIGHT), "title": bulletin.title, "author": say(lang, "app.name"),
        "keywords": [bulletin.place, bulletin.month.key, bulletin.release], "month": month, "card_height": 136, "joint": "" if lang == "zh" else " ",
        "place_month": say(lang, "bulletin.place_month", place=bulletin.place, month=month), "provisional": bulletin.provisional,
        "foot": say(lang, "bulletin.foot", date=formats.day(bulletin.as_of, lang), stamp=bulletin.release), "words": _words(lang),
        "headline": ("" if lang == "zh" else " ").join(bulletin.headline), "trust": " · ".join(bulletin.trust),
        "cards": [_card(card, lang) for card in bulletin.cards], "attention": [_line(line) for line in bulletin.attention],
        "improved": [_line(line) for line in bulletin.improved], "glance": _glance(bulletin), "summary": _grid(bulletin.summary, lang),
        "sections": [_section(section, lang) for section in bulletin.sections if section.key != "glance"],
    }  # fmt: skip


def _glance(bulletin: Bulletin) -> list[dict[str, Any]]:
    return [_section(section, bulletin.lang) for section in bulletin.sections if section.key == "glance"]


def _words(lang: str) -> dict[str, str]:
    keys = {
        "brand": "app.name", "name": "bulletin.name", "provisional": "bulletin.provisional", "attention": "attention.title",
        "improved": "attention.improved", "nothing": "attention.nothing", "nothing_improved": "attention.nothing_improved",
    }  # fmt: skip
    return {name: say(lang, key) for name, key in keys.items()}


def _card(card: Card, lang: str) -> dict[str, Any]:
    main, value = card.main, card.main.value
    digits, unit = formats.parts(value, main.kind, lang) if value is not None else ("", "")
    return {
        "name": card.name, "has_value": value is not None, "digits": digits, "unit": unit, "state": main.state,
        "sure": card.sure_text(lang), "lines": [(label, _cell(cell, lang)) for label, cell in card.lines],
        "target": _cell(card.target, lang), "because": card.target_because, "picture": _picture(card.picture), "note": card.note,
    }  # fmt: skip


def _picture(picture: Picture | None) -> dict[str, str] | None:
    return None if picture is None else {"svg": picture.svg, "alt": picture.alt, "title": picture.title}


def _line(line: Line) -> dict[str, Any]:
    return {"what": line.what, "said": line.said, "tone": line.tone, "sign": "✓" if line.tone > 0 else "!"}


def _cell(cell: Cell, lang: str) -> dict[str, Any]:
    return {"text": cell.text(lang), "tone": cell.tone}


def _grid(grid: Grid, lang: str) -> dict[str, Any]:
    heads = [{"title": head.title, "width": head.width or 1, "is_number": head.is_number} for head in grid.heads]
    rows = [{"mark": row.mark, "cells": [_cell(cell, lang) for cell in row.cells]} for row in grid.rows]
    return {
        "key": grid.key,
        "title": grid.title,
        "heads": heads,
        "rows": rows,
        "note": grid.note if grid.rows else "",
        "nothing": grid.nothing,
    }


def _section(section: Section, lang: str) -> dict[str, Any]:
    pictures = [_picture(one) for one in section.pictures]
    grids = [_grid(grid, lang) for grid in section.grids]
    return {
        "key": section.key,
        "title": section.title,
        "sentences": section.sentences,
        "pictures": pictures,
        "grids": grids,
        "note": section.note,
    }
