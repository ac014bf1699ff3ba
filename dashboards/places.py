"""Places of the current release: what the data are about as a whole, its parts at every level, and names in the reader's language.

The whole is the deepest division that holds every record; its parts are the next level below that records name. So a city shows its
districts, a province its cities, a district its towns, without being told which of them it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dashboards.gate import Gate

LEVELS = {2: "province", 3: "city", 4: "district", 5: "town"}
_DIVISIONS = "select division_code as code, name_zh, name_en, level from dim_division order by division_code"
_MARTS = ("mart_case", "mart_item", "mart_ticket", "mart_rating")
_CODES = ", ".join(f"{dimension}_code" for dimension in LEVELS.values())
_CHAINS = " union ".join(f"select distinct {_CODES} from {mart}" for mart in _MARTS)
_DEPARTMENTS = "select dept_id as code, name_zh, name_en from dim_department order by dept_id"
_SITES = "select site_id as code, name_zh, name_en from dim_site order by site_id"
_ITEMS = """select item_id as code, arg_max(name_zh, version) as name_zh, arg_max(name_en, version) as name_en
from mart_item group by item_id order by item_id"""
_NAMES = {"department": _DEPARTMENTS, "site": _SITES, "item": _ITEMS}


@dataclass(frozen=True)
class Place:
    """A division, department or site: its code, both names, and a division's level."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    level: int = 0

    def name(self, lang: str) -> str:
        """Its name in a language; the other one where that is missing, else its code."""
        first, second = (self.name_zh, self.name_en) if lang == "zh" else (self.name_en, self.name_zh)
        return first or second or self.code

    @property
    def dimension(self) -> str:
        """The dimension that a division is a value of."""
        return LEVELS.get(self.level, "")


@dataclass(frozen=True)
class Tree:
    """The whole (None where the data of several provinces are together) and everything below it, by the code of the place above."""

    whole: Place | None
    below: dict[str, list[Place]] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)

    @property
    def top(self) -> str:
        """The code under which the parts of the whole stand."""
        return self.whole.code if self.whole else ""

    def parts(self, code: str | None = None) -> list[Place]:
        """The parts of a place (of the whole unless given), all of one level, by code."""
        found = self.below.get(self.top if code is None else code, [])
        return [place for place in found if place.level == found[0].level]

    def place(self, code: str) -> Place | None:
        """A place below the whole."""
        return next((place for place in self.below.get(self.above.get(code, "\0"), []) if place.code == code), None)

    def parent(self, code: str) -> Place | None:
        """The place above one; None is the whole where that has no name."""
        above = self.above.get(code, self.top)
        return self.whole if above == self.top else self.place(above)

    def where(self, place: Place | None) -> tuple[tuple[str, str], ...]:
        """A place as a condition. The whole has none: what names no place is the whole's too."""
        return ((place.dimension, place.code),) if place is not None and place.code != self.top else ()


def tree(gate: Gate) -> Tree:
    """The places of the current release, found once."""
    return gate.once("places", lambda: _tree(gate))


def _tree(gate: Gate) -> Tree:
    known = {row["code"]: _place(row, row["level"] or 0) for row in gate.table(_DIVISIONS).iter_rows(named=True)}
    chains = [_chain(row, known) for row in gate.table(_CHAINS).iter_rows()]
    return grow([chain for chain in chains if chain])


def _chain(codes: Iterable[str | None], known: dict[str, Place]) -> tuple[Place, ...]:
    pairs = zip(LEVELS, codes, strict=True)
    return tuple(known.get(code) or Place(code, level=level) for level, code in pairs if code)


def grow(chains: list[tuple[Place, ...]]) -> Tree:
    """The tree of chains of places, each from the top down."""
    depth = _common(chains)
    whole = chains[0][depth - 1] if depth else None
    below: dict[str, dict[str, Place]] = {}
    above: dict[str, str] = {}
    for chain in chains:
        over = whole.code if whole else ""
        for place in chain[depth:]:
            below.setdefault(over, {})[place.code] = place
            above[place.code] = over
            over = place.code
    ordered = {code: sorted(found.values(), key=lambda place: (place.level, place.code)) for code, found in below.items()}
    return Tree(whole, ordered, above)


def _common(chains: list[tuple[Place, ...]]) -> int:
    """How many places from the top all chains share."""
    shared = 0
    for level in zip(*chains, strict=False):
        if len({place.code for place in level}) > 1:
            break
        shared += 1
    return shared


def codes_above(found: Tree, place: Place | None) -> tuple[str | None, ...]:
    """A place and all that hold it, nearest first, and None for no place at all: where the targets of a page may stand."""
    if place is None:
        return (found.whole.code, None) if found.whole else (None,)
    codes: list[str | None] = [place.code]
    while (above := found.parent(codes[-1] or "")) and above.code not in codes:
        codes.append(above.code)
    return (*codes, None)


def part_names(gate: Gate, dimension: str) -> dict[str, Place]:
    """Departments, sites or items by code."""
    return gate.once(
        ("names", dimension), lambda: {row["code"]: _place(row) for row in gate.table(_NAMES[dimension]).iter_rows(named=True)}
    )


def _place(row: dict, level: int = 0) -> Place:
    return Place(row["code"], row["name_zh"] or "", row["name_en"] or "", level)
