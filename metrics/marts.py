"""What metrics know of the marts beyond their contracts: the rows that count at all, and the tables a mart's figures rest on."""

from __future__ import annotations

from functools import cache

from warehouse.contract import tables

COUNTED = {"mart_case": "not is_void"}  # rows left out here count in no metric of that mart
FIRST_DAY = "1900-01-01"  # the mart's first day of an item version whose source gives none
LAST_DAY = "9999-12-31"

# A later version of an item ends an earlier one, whatever end the earlier one was given: at any date an item has one version.
_ITEM_VERSIONS = """(
    select * replace (least(valid_to, next_version_on) as valid_to) from mart_item where valid_from < least(valid_to, next_version_on)
)"""


@cache
def mart_columns(mart: str) -> frozenset[str]:
    """Columns of a mart, from its contract."""
    return frozenset(tables()[mart].columns)


def mart_names() -> tuple[str, ...]:
    """All marts."""
    return tuple(name for name in tables() if name.startswith("mart_"))


def counted_rows(mart: str) -> str:
    """Condition on the rows of a mart that count."""
    return COUNTED.get(mart, "true")


def relation_of(mart: str) -> str:
    """The mart as something to select from."""
    return _ITEM_VERSIONS if mart == "mart_item" else mart
