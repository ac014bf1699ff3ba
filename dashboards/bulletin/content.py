"""The content of a bulletin, made once from one release for all three kinds of file."""

from __future__ import annotations

from dashboards.bulletin.depth import depth_section
from dashboards.bulletin.desk import Desk
from dashboards.bulletin.halls import halls_section
from dashboards.bulletin.leagues import glance, judged, tile_section
from dashboards.bulletin.method import method_section
from dashboards.bulletin.model import Bulletin
from dashboards.bulletin.quality import quality_section
from dashboards.bulletin.request import BulletinRefused, wanted
from dashboards.bulletin.summary import cards, headline, provisional, stands_out, summary_grid, trust_sentences
from dashboards.bulletin.targets import targets_section
from dashboards.gate import Gate
from dashboards.words import say


def content(gate: Gate, month: str, place_code: str, lang: str) -> Bulletin:
    """The bulletin of a month (empty: the latest complete) and a place (empty: the whole); BulletinRefused where there is none."""
    desk = Desk.of(gate, wanted(gate, month, place_code, lang))
    if all(data.main.now.value is None for data in desk.tiles):
        raise BulletinRefused(say(lang, "bulletin.refused.empty", month=desk.month.key, place=desk.place_name))
    sides = judged(desk)
    attention, improved = stands_out(desk)
    tiles = [tile_section(desk, data, sides[data.tile.key]) for data in desk.tiles]
    around = glance(desk, sides)
    sections = [*([around] if around else []), *tiles, depth_section(desk), halls_section(desk), targets_section(desk)]
    return Bulletin(
        lang, desk.place_name, desk.month, desk.wanted.as_of, desk.trust.stamp, desk.trust.published_at, provisional(desk), headline(desk),
        trust_sentences(desk.trust, lang), cards(desk), attention, improved, summary_grid(desk), (*sections, quality_section(desk), method_section(desk)),
    )  # fmt: skip
