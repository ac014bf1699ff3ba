"""A page's own style sheet stays on its page, and no style sheet names a colour."""

import re
from pathlib import Path

import pytest

import dashboards

ASSETS = Path(dashboards.__file__).parent / "assets"
SHARED = "onegate.css"
PAGE_SHEETS = sorted(path for path in ASSETS.glob("*.css") if path.name != SHARED)


def selectors(css: str) -> list[str]:
    """Selectors of the outermost rules; of a group in @media, @supports those inside."""
    text = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    found, depth, start, groups = [], 0, 0, []
    for place, letter in enumerate(text):
        if letter == "{":
            head = text[start:place].strip()
            if head.startswith(("@media", "@supports")):
                groups.append(depth)
            elif depth == len(groups):
                found.append(head)
            depth, start = depth + 1, place + 1
        elif letter == "}":
            depth, start = depth - 1, place + 1
            if groups and groups[-1] == depth:
                groups.pop()
        elif letter == ";":
            start = place + 1
    return found


def test_the_reader_of_style_sheets_finds_what_stands_outside():
    css = ".is-a .x { color: red; } /* .y {} */ @media print { .z { & .in { top: 0; } } } .w { .v { left: 0; } }"
    assert selectors(css) == [".is-a .x", ".z", ".w"]


@pytest.mark.parametrize("path", PAGE_SHEETS, ids=lambda path: path.name)
def test_every_rule_of_a_page_is_bound_to_the_page(path):
    loose = [part for selector in selectors(path.read_text("utf-8")) for part in re.split(r",(?![^(]*\))", selector) if ".is-" not in part]
    assert loose == [], "begin each with the page's class, .is-<key>, or wrap the file in it"


@pytest.mark.parametrize("path", [ASSETS / SHARED, *PAGE_SHEETS], ids=lambda path: path.name)
def test_no_style_sheet_names_a_colour(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)", text) == []
