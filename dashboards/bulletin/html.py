"""The bulletin as one HTML file that holds everything: styles and charts inline, no script, nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

from dashboards import formats
from dashboards.bulletin.model import Bulletin, Card, Cell, Grid, Line, Picture, Row, Section
from dashboards.theme import stylesheet
from dashboards.words import say

STYLE = Path(__file__).with_name("bulletin.css")
LANGS = {"zh": "zh-CN", "en": "en-GB"}
TONES = {1: "good", -1: "bad", 0: ""}


def html_of(bulletin: Bulletin) -> bytes:
    """The file."""
    lang = bulletin.lang
    style = stylesheet() + STYLE.read_text(encoding="utf-8")
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(bulletin.title)}</title>'
    )
    body = "".join([_head(bulletin), _cards(bulletin), _lists(bulletin), _contents(bulletin), *_sections(bulletin), _foot(bulletin)])
    text = f'<!doctype html>\n<html lang="{LANGS[lang]}"><head>{head}<style>{style}</style></head><body><main>{body}</main></body></html>\n'
    return text.encode()


def _tag(name: str, inner: str, css: str = "") -> str:
    return f"<{name}{f' class={chr(34)}{css}{chr(34)}' if css else ''}>{inner}</{name}>"


def _head(bulletin: Bulletin) -> str:
    lang = bulletin.lang
    title = say(lang, "bulletin.place_month", place=bulletin.place, month=formats.period(bulletin.month, lang))
    parts = [_tag("p", f"{escape(say(lang, 'app.name'))} · {escape(say(lang, 'bulletin.name'))}", "brand"), _tag("h1", escape(title))]
    if bulletin.provisional:
        parts.append(_tag("p", escape(bulletin.provisional), "provisional"))
    joint = "" if lang == "zh" else " "
    parts += [_tag("p", escape(joint.join(bulletin.headline)), "headline"), _tag("p", escape(" · ".join(bulletin.trust)), "faint")]
    return _tag("header", "".join(parts))


def _cards(bulletin: Bulletin) -> str:
    return _tag("div", "".join(_card(card, bulletin.lang) for card in bulletin.cards), "cards")


def _card(card: Card, lang: str) -> str:
    value = card.main.value
    digits, unit = formats.parts(value, card.main.kind, lang) if value is not None else ("", "")
    shown = f"<b>{escape(digits)}</b><span>{escape(unit)}</span>" if value is not None else f"<em>{escape(card.main.state)}</em>"
    lines = "".join(f"<div><dt>{escape(label)}</dt><dd>{_cell(cell, lang)}</dd></div>" for label, cell in card.lines)
    parts = [_tag("h2", escape(card.name)), _tag("p", shown + (card.picture.svg if card.picture else ""), "value")]
    parts += [_tag("p", escape(card.sure_text(lang)), "faint"), _tag("dl", lines)]
    parts += [_tag("p", escape(card.note), "bad")] if card.note else []
    because = f" · {escape(card.target_because)}" if card.target_because else ""
    parts.append(_tag("p", f"{_cell(card.target, lang, 'b')}{_tag('span', because, 'faint')}", "target"))
    return _tag("article", "".join(parts))


def _cell(cell: Cell, lang: str, tag: str = "span") -> str:
    return _tag(tag, escape(cell.text(lang)), TONES[cell.tone])


def _lists(bulletin: Bulletin) -> str:
    lang = bulletin.lang
    pairs = (
        ("attention.title", bulletin.attention, "attention.nothing"),
        ("attention.improved", bulletin.improved, "attention.nothing_improved"),
    )
    lists = [_tag("section", _tag("h2", escape(say(lang, title))) + _lines(lines, say(lang, nothing))) for title, lines, nothing in pairs]
    return _tag("div", "".join(lists), "lists")


def _lines(lines: Iterable[Line], nothing: str) -> str:
    items = [_tag("li", _line(line)) for line in lines]
    return _tag("ul", "".join(items)) if items else _tag("p", escape(nothing), "faint")


def _line(line: Line) -> str:
    what = f"<b>{escape(line.what)}</b> · " if line.what else ""
    return f"{_tag('b', '✓' if line.tone > 0 else '!', TONES[line.tone])} <span>{what}{escape(line.said)}</span>"


def _contents(bulletin: Bulletin) -> str:
    named = [(section.key, section.title) for section in _ordered(bulletin)]
    items = "".join(f'<li><a href="#{escape(key)}">{escape(title)}</a></li>' for key, title in named)
    return f'<nav aria-label="{escape(say(bulletin.lang, "bulletin.contents"))}"><ol>{items}</ol></nav>'


def _ordered(bulletin: Bulletin) -> list[Section]:
    return [Section("summary", bulletin.summary.title, grids=(bulletin.summary,)), *bulletin.sections]


def _sections(bulletin: Bulletin) -> list[str]:
    return [_section(section, bulletin.lang) for section in _ordered(bulletin)]


def _section(section: Section, lang: str) -> str:
    said = "".join(_tag("p", escape(sentence)) for sentence in section.sentences)
    if section.key == "method":
        said = _tag("ul", "".join(_tag("li", escape(sentence)) for sentence in section.sentences))
    pictures = _tag("div", "".join(map(_picture, section.pictures)), "pictures") if section.pictures else ""
    is_titled = len(section.grids) > 1
    grids = "".join(_grid(grid, lang, is_titled=is_titled) for grid in section.grids)
    note = _tag("p", escape(section.note), "faint") if section.note else ""
    body = f"{pictures}{note}{grids}" if pictures else f"{grids}{note}"
    return f'<section id="{escape(section.key)}">{_tag("h2", escape(section.title))}{said}{body}</section>'


def _picture(picture: Picture) -> str:
    return _tag("figure", _tag("figcaption", escape(picture.title)) + picture.svg)


def _grid(grid: Grid, lang: str, *, is_titled: bool) -> str:
    title = _tag("h3", escape(grid.title)) if is_titled else ""
    if not grid.rows:
        return title + _tag("p", escape(grid.nothing), "faint")
    heads = "".join(f'<th scope="col"{_number(head.is_number)}>{escape(head.title)}</th>' for head in grid.heads)
    rows = "".join(_row(row, grid, lang) for row in grid.rows)
    note = _tag("p", escape(grid.note), "faint") if grid.note else ""
    table = f'<table id="table-{escape(grid.key)}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return f'{title}<div class="scroller" tabindex="0" role="region" aria-label="{escape(grid.title)}">{table}</div>{note}'


def _row(row: Row, grid: Grid, lang: str) -> str:
    cells = [f"<td{_number(head.is_number)}>{_cell(cell, lang)}</td>" for head, cell in zip(grid.heads, row.cells, strict=True)]
    return _tag("tr", "".join(cells), row.mark)


def _number(is_number: bool) -> str:
    return ' class="num"' if is_number else ""


def _foot(bulletin: Bulletin) -> str:
    lang = bulletin.lang
    said = say(lang, "bulletin.foot", date=formats.day(bulletin.as_of, lang), stamp=bulletin.release)
    return _tag("footer", escape(" · ".join(part for part in (said, bulletin.provisional) if part)))
