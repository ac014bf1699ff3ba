"""What a hall's page is about: the hall, the place around it, and what the reader picked of the week."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboards.controls import View
from dashboards.course import Where
from dashboards.gate import Gate
from dashboards.pages.frame import Frame, frame_of
from dashboards.pages.waiting_week import Pick
from dashboards.places import Place, part_names, tree
from dashboards.shell import whole_name

PATH = "/site/"
_PLACES = "select site_id, coalesce(district_code, city_code) as code from dim_site"


@dataclass(frozen=True)
class Hall:
    """The page's hall, the place around it, and what the reader picked of the week."""

    code: str
    name: str
    frame: Frame
    pick: Pick

    @property
    def view(self) -> View:
        """The page's view."""
        return self.frame.view

    @property
    def around(self) -> Place | None:
        """The district that the hall stands in; None for the whole."""
        return self.frame.place

    @property
    def wider(self) -> Place | None:
        """What lies around that district; None for the whole. A district often has one hall with a queue, and would then be compared with itself."""
        return self.frame.tree.parent(self.around.code) if self.around else None

    def name_of(self, place: Place | None) -> str:
        """A place's name in the reader's language."""
        return place.name(self.view.lang) if place else whole_name(self.frame.tree, self.view.lang)

    def where(self, place: Place | None) -> Where:
        """A place as a condition."""
        return self.frame.tree.where(place)


def code_in(path: str) -> str:
    """The hall's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the hall."""
    return code in part_names(gate, "site")


def hall_of(gate: Gate, code: str, view: View) -> Hall:
    """The frame looks at the hall alone; its place is the one whose targets hold there."""
    inside = frame_of(gate, replace(view, site=code))
    place = tree(gate).place(_district(gate).get(code, ""))
    return Hall(code, part_names(gate, "site")[code].name(view.lang), replace(inside, view=view, place=place), Pick.of(view))


def _district(gate: Gate) -> dict[str, str]:
    """The district of every hall, else its city."""
    return gate.once("districts of halls", lambda: {code: place or "" for code, place in gate.table(_PLACES).iter_rows()})
