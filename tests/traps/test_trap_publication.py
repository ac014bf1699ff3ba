"""Traps of publication: small cells, self-selection, populations (T20, T21, T24)."""

import polars as pl

from metrics.privacy.cube import Dimension, build_cube
from metrics.privacy.protect import protect
from metrics.registry import registry

TOWNS = [("440604", "town 1", 3), ("440604", "town 2", 41), ("440604", "town 3", 27), ("440608", "town 4", 12), ("440608", "town 5", 30)]


def test_trap_20_a_small_cell_behind_its_total():
    """Refusals by town, with the districts' totals. Hiding only the 3 leaves 71 − 41 − 27."""
    frame = pl.DataFrame([(town, district, count) for district, town, count in TOWNS], schema=["town", "district", "count"], orient="row")
    protected = protect(build_cube(frame, [Dimension("place", ("town", "district"))]))
    counts = dict(zip(protected.cells["town"], protected.cells["count"], strict=True))
    total = sum(count for district, _, count in TOWNS if district == "440604")
    assert total - counts["town 2"] - counts["town 3"] == 3  # the attack on a table that hides small counts alone
    shown = dict(zip(protected.cells["town"], protected.cells["shown"], strict=True))
    assert shown["town 1"] is None
    assert [shown["town 2"], shown["town 3"]].count(None) == 1  # one companion, or the sum gives it away
    assert (shown["town 4"], shown["town 5"]) == (12, 30)
    assert protected.pinned() == []


def test_trap_20_a_count_that_grows_into_the_open():
    """Last release hid a 3 and showed the total 71; now the 3 is a 6. Who subtracts must not learn more."""
    dimensions = [Dimension("place", ("town", "district"))]
    before = pl.DataFrame({"town": ["town 1", "town 2", "town 3"], "district": "d", "count": [3, 41, 27]})
    after = before.with_columns(pl.Series("count", [6, 41, 27]))
    first = protect(build_cube(before, dimensions))
    alone, remembering = protect(build_cube(after, dimensions)), protect(build_cube(after, dimensions), earlier=[first.cells])
    assert alone.cells["shown"].null_count() == 0  # all counts are five and more: shown, and with them last month's 3
    assert remembering.cells.filter(pl.col("town") == "town 1")["shown"].to_list() == [None]


CAUSAL = ("causes", "because of the channel", "thanks to", "leads to", "due to the channel", "makes people faster")


def test_trap_21_definitions_do_not_claim_causes():
    for metric in registry().values():
        words = " ".join([metric.meaning["en"], metric.formula["en"], *(case["en"] for case in metric.edge_cases)]).lower()
        assert not [phrase for phrase in CAUSAL if phrase in words], metric.id
