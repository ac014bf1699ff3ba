"""Which bulletin is asked for: month, place, language. What cannot be made is refused in one sentence that says what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.gate import Gate
from dashboards.periods import Period
from dashboards.places import Place, Tree, tree
from dashboards.provisional import open_from
from dashboards.words import say

SUFFIXES = (".pdf", ".xlsx", ".html")
_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_SPAN = """select least((select min(completed_on) from mart_case), (select min(issued_on) from mart_ticket), (select min(rated_on) from mart_rating)) as first_on,
(select as_of from release_info) as as_of"""


class BulletinRefused(ValueError):
    """A bulletin that cannot be made as it is asked for."""


@dataclass(frozen=True)
class Wanted:
    """A bulletin that can be made. `place`: None for everything that the release holds."""

    month: Period
    place: Place | None
    lang: str
    tree: Tree
    as_of: date

    @property
    def where(self) -> tuple[tuple[str, str], ...]:
        """The place as a condition."""
        return self.tree.where(self.place)


def wanted(gate: Gate, month: str, place_code: str, lang: str) -> Wanted:
    """Check what is asked for against the current release; BulletinRefused where it does not fit."""
    span = gate.table(_SPAN).row(0, named=True)
    found = tree(gate)
    asked = (month, lang)
    return Wanted(_month(gate, asked, span["first_on"], span["as_of"]), _place(found, place_code, lang), lang, found, span["as_of"])


def check_suffix(suffix: str, lang: str = "en") -> str:
    """The kind of file; BulletinRefused for another one."""
    if suffix.lower() not in SUFFIXES:
        raise BulletinRefused(say(lang, "bulletin.refused.suffix" if suffix else "bulletin.refused.no_suffix", suffix=suffix))
    return suffix.lower()


def _month(gate: Gate, asked: tuple[str, str], first_on: date | None, as_of: date) -> Period:
    text, lang = asked
    first, last = Period.holding(first_on or as_of), Period.holding(as_of)
    if not text:
        return max(Period.latest_before(min(open_from(gate) or as_of + timedelta(days=1), as_of + timedelta(days=1))), first)
    period = Period.parse(text) if _MONTH.match(text) else None
    if period is None:
        raise BulletinRefused(say(lang, "bulletin.refused.month", month=text, example=last.key))
    if not first <= period <= last:
        raise BulletinRefused(say(lang, "bulletin.refused.span", month=period.key, first=first.key, last=last.key))
    return period


def _place(found: Tree, code: str, lang: str) -> Place | None:
    if not code or (found.whole and code == found.whole.code):
        return None
    place = found.place(code)
    if place is None:
        known = [say(lang, "bulletin.refused.known", code=part.code, name=part.name(lang)) for part in found.parts()[:8]]
        word = "bulletin.refused.place" if known else "bulletin.refused.no_place"
        raise BulletinRefused(say(lang, word, code=code, known=("、" if lang == "zh" else ", ").join(known)))
    return place
