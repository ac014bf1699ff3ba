"""Every page of the catalogue in every look: no violation of axe's rules, nothing cut or raw, one language, quiet console; pictures for people.

The pictures are in build/screens (`make screens` takes all looks); nothing compares pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards.words import vocabulary
from metrics.registry import registry

SCREENS = Path(__file__).parents[3] / "build" / "screens"
TALLEST = 6000  # pixels of a picture
# words that stand in Chinese pages as they are: the product, kinds of files, statisticians, systems of coordinates
ALLOWED = {"OneGate", "English", "CSV", "Excel", "PNG", "SVG", "PDF", "SQL", "APP", "GCJ", "WGS", "SHA"}
SOURCES = {"canonical", "business", "household"}  # what the tiny city's data call their source and its papers
NAMES = {"Wilson", "Student", "Kaplan", "Meier", "Greenwood", "Clopper", "Pearson"}  # of statisticians
# what definitions quote: parameters with their values, and values of columns
CODES = {"basic", "none", "unverified", "zombie", "paused", "other", "undeclared", "min"}


def codes() -> set[str]:
    """Every word of a parameter in the catalogue."""
    params = [param for metric in registry().values() for param in metric.params.values()]
    return CODES.union(*({param.name, *map(str, param.choices or ())} for param in params))


@dataclass(frozen=True)
class Visit:
    """A page as it stands in a tab: what was found in it."""

    href: str
    axe: list[str]
    found: dict[str, list[str]]
    complaints: list[str]
    hosts: set[str | None]


@pytest.fixture(scope="module", autouse=True)
def index_of_pictures() -> Iterator[None]:
    """A page to browse the pictures by, written when they are there."""
    yield
    folders = sorted(entry for entry in SCREENS.glob("*") if entry.is_dir())
    rows = [f"<h2>{folder.name}</h2><p>{''.join(_linked(picture) for picture in sorted(folder.glob('*.png')))}</p>" for folder in folders]
    style = "body{font:16px sans-serif}img{width:22em;vertical-align:top;border:1px solid #ccc}figure{display:inline-block;margin:.5em}"
    head = f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{style}</style>"
    (SCREENS / "index.html").write_text(head + "".join(rows), "utf-8")


def _linked(picture: Path) -> str:
    href = picture.relative_to(SCREENS).as_posix()
    return f'<figure><figcaption>{picture.stem}</figcaption><a href="{href}"><img src="{href}" loading="lazy" alt=""></a></figure>'


@pytest.fixture(scope="module")
def visit(look, key, tab_of, hrefs, axe) -> Visit:
    """The page once for all tests of this look."""
    assert key in hrefs, f"No link leads to the page {key}."
    tab = tab_of(look)
    tab.complaints.clear()
    href = f"{hrefs[key]}?lang={look.lang}&theme={look.theme}"
    tab.go(href)
    keys = sorted(vocabulary("en"))
    found = {name: tab.check(name) for name in ("sideways", "cut", "cutInCharts", "headings", "smallTargets", "withoutWords")}
    allowed = sorted(ALLOWED | SOURCES | NAMES | (codes() if key == "definitions" else set()))
    found |= {"raw": tab.check("raw", keys), "foreign": tab.check("foreign", look.lang, allowed)}
    picture = SCREENS / str(look) / f"{key}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    width, tall = tab.page.evaluate("[window.innerWidth, document.documentElement.scrollHeight]")
    tab.page.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)})
    return Visit(href, axe(tab), found, list(tab.complaints), set(tab.hosts))


def test_axe_finds_no_violation(visit):
    assert visit.axe == []


@pytest.mark.parametrize("check", ["sideways", "cut", "cutInCharts", "headings", "smallTargets", "withoutWords", "raw", "foreign"])
def test_nothing_is_wrong_with(visit, check):
    assert visit.found[check] == []


def test_it_makes_no_noise_and_asks_nobody_else(visit):
    assert visit.complaints == []
    assert visit.hosts == {"127.0.0.1"}
