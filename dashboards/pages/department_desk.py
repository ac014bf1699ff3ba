"""What a department's page is about: the department, the place it is looked at in, and which of the page's figures it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from dashboards.controls import View
from dashboards.course import Where
from dashboards.gate import Gate
from dashboards.indicators import TILES, Indicator, Tile
from dashboards.pages.frame import Frame, frame_of
from dashboards.places import Place, part_names

PATH = "/department/"
FEWEST = 2  # departments of one work that can be set beside one another
HANDLING = Tile(
    "decided_days",
    Indicator("decided_days", "handling_time", (("stat", "p50"),)),
    (Indicator("decided_p90", "handling_time", (("stat", "p90"),)), Indicator("completed", "cases_completed")),
)
# queue tickets name a hall and no department, so waiting is not among them
OF_A_DEPARTMENT = (*(tile for tile in TILES if tile.key != "wait"), HANDLING)
_FUNCTIONS = "select dept_id, function_code from dim_department"
_DISTRICTS = "select dept_id, district_code from dim_department"


@dataclass(frozen=True)
class Desk:
    """The page's department; its frame looks at it alone."""

    code: str
    name: str
    frame: Frame

    @property
    def view(self) -> View:
        """The page's view."""
        return self.frame.view

    @property
    def lang(self) -> str:
        """The reader's language."""
        return self.frame.lang

    @property
    def place_where(self) -> Where:
        """The place around it, with all its departments."""
        return self.frame.tree.where(self.frame.place)

    @property
    def district(self) -> Place | None:
        """The district that it belongs to, as far as the register says."""
        known = self.frame.gate.once("districts of departments", lambda: dict(self.frame.gate.table(_DISTRICTS).iter_rows()))
        return self.frame.tree.place(known.get(self.code) or "")

    @cached_property
    def like_it(self) -> Where:
        """The departments that do the same, wherever they are, as a condition; where no other does, those of the place."""
        known = functions(self.frame.gate)
        own = known.get(self.code)
        alike = sum(function == own for function in known.values()) if own else 0
        return (("function", own),) if own and alike >= FEWEST else self.place_where


def functions(gate: Gate) -> dict[str, str | None]:
    """What every department does, by its code."""
    return gate.once("functions", lambda: dict(gate.table(_FUNCTIONS).iter_rows()))


def code_in(path: str) -> str:
    """The department's code in an address."""
    return path.removeprefix(PATH).strip("/")


def exists(gate: Gate, code: str) -> bool:
    """Whether the release knows the department."""
    return code in part_names(gate, "department")


def desk_of(gate: Gate, code: str, view: View) -> Desk:
    """The department of a view without a department among its filters: the path says it."""
    inside = frame_of(gate, replace(view, dept=code))
    return Desk(code, part_names(gate, "department")[code].name(view.lang), replace(inside, view=view))


def department_tile(key: str) -> Tile:
    """The tile of this key, else the first."""
    return next((tile for tile in OF_A_DEPARTMENT if tile.key == key), OF_A_DEPARTMENT[0])


def department_href(code: str, view: View) -> str:
    """The page of another department, the selected tile kept."""
    return view.go(f"{PATH}{code}", dept="", tile=view.tile)
