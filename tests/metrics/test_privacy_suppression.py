"""Suppression against an attack written apart from it: a dense linear program over whatever a reader is shown."""

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from metrics.privacy.attack import interval
from metrics.privacy.cube import Dimension, build_cube
from metrics.privacy.protect import COMPLEMENT, SHOWN, SMALL, protect
from metrics.privacy.ratios import protect_ratios, ratios_at

PLACE, TIME = Dimension("place", ("district",)), Dimension("time", ("month",))
HIERARCHY = [Dimension("place", ("town", "district")), Dimension("time", ("month", "year"))]
THRESHOLD = 5


def table(rows):
    """Counts by district (down) and month (across)."""
    cells = [(f"d{down}", f"m{across}", count) for down, row in enumerate(rows) for across, count in enumerate(row)]
    return pl.DataFrame(cells, schema=["district", "month", "count"], orient="row")


def grid(protected, rows, columns):
    """Counts and hidden marks with margins as the last row and column; absent cells are shown zeros."""
    counts, hidden = np.zeros((rows + 1, columns + 1)), np.zeros((rows + 1, columns + 1), bool)
    for cell in protected.cells.iter_rows(named=True):
        place = rows if cell["district"] is None else int(cell["district"][1:])
        time = columns if cell["month"] is None else int(cell["month"][1:])
        counts[place, time], hidden[place, time] = cell["count"], cell["reason"] != SHOWN
    return counts, hidden


def attack(counts, hidden, floor):
    """The narrowest interval of each hidden cell of a two-way table with margins, solved with every cell as a variable."""
    down, across = counts.shape
    number = np.arange(counts.size).reshape(counts.shape)
    equations = []
    for line in [*number, *number.T]:
        row = np.zeros(counts.size)
        row[line[:-1]], row[line[-1]] = 1, -1
        equations.append(row)
    bounds = [(floor, None) if is_hidden else (count, count) for count, is_hidden in zip(counts.ravel(), hidden.ravel(), strict=True)]
    for cell in number[hidden]:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(counts.size)
            goal[cell] = sign
            solved = linprog(goal, A_eq=np.array(equations), b_eq=np.zeros(down + across), bounds=bounds)
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else np.inf)
        yield counts.ravel()[cell], ends[0], ends[1]


def random_table(rng):
    rows, columns = int(rng.integers(2, 7)), int(rng.integers(2, 9))
    mean = float(rng.choice([1, 4, 10, 40]))
    return rng.negative_binomial(1, 1 / (1 + mean), (rows, columns))


def test_the_attack_works_where_only_small_counts_are_hidden():
    counts = np.array([[2, 30, 32], [40, 50, 90], [42, 80, 122]])
    hidden = counts < THRESHOLD
    assert list(attack(counts, hidden, floor=1)) == [(2, 2, 2)]  # 32 − 30: no protection at all


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_cell_of_a_random_table_is_pinned(seed):
    rng = np.random.default_rng(seed)
    made = random_table(rng)
    protected = protect(build_cube(table(made), [PLACE, TIME]))
    counts, hidden = grid(protected, *made.shape)
    assert hidden[(counts > 0) & (counts < THRESHOLD)].all()
    assert not hidden[counts == 0].any()
    for count, low, high in attack(counts, hidden, floor=1):
        assert low <= count + 1e-6 and high >= count - 1e-6
        assert high - low >= THRESHOLD - 1e-6


def test_some_cell_of_those_tables_would_be_pinned_without_complements():
    pinned = 0
    for seed in range(6):
        made = np.pad(random_table(np.random.default_rng(seed)), ((0, 1), (0, 1)))
        made[-1], made[:, -1] = made.sum(axis=0), made.sum(axis=1)
        made[-1, -1] = made[:-1, -1].sum()
        pinned += sum(high - low < THRESHOLD - 1e-6 for _, low, high in attack(made, (made > 0) & (made < THRESHOLD), floor=1))
    assert pinned > 5


def test_one_small_count_takes_three_companions():
    protected = protect(build_cube(table([[2, 30, 90], [40, 50, 95], [70, 80, 99]]), [PLACE, TIME]))
    assert protected.cells.filter(pl.col("reason") == SMALL)["count"].to_list() == [2]
    assert sorted(protected.cells.filter(pl.col("reason") == COMPLEMENT)["count"].to_list()) == [30, 40, 50]  # the cheapest rectangle
    assert protected.cells.filter(pl.col("district").is_null() | pl.col("month").is_null())["shown"].null_count() == 0


def test_nothing_is_hidden_where_nothing_is_small():
    protected = protect(build_cube(table([[5, 0], [60, 7]]), [PLACE, TIME]))
    assert not protected.hidden.any()
    assert protected.cells["shown"].to_list() == protected.cells["count"].to_list()


def test_a_small_total_is_hidden_too():
    protected = protect(build_cube(table([[2, 1], [0, 0]]), [PLACE, TIME]))
    assert protected.cells.filter(pl.col("reason") == SHOWN)["count"].to_list() == [0] * protected.cells["count"].to_list().count(0)
    assert protected.pinned() == []


def test_two_small_counts_whose_sum_tells_them_need_more():
    protected = protect(build_cube(table([[4, 1, 60]]), [PLACE, TIME]))  # 4 + 1 = 65 − 60: each within 1 to 4
    assert protected.cells.filter((pl.col("month") == "m2") & pl.col("district").is_not_null())["shown"].to_list() == [None]


def hierarchy(rng):
    rows = [
        (f"t{town}", f"d{town // 3}", f"{year}-{month}", str(year), int(rng.negative_binomial(1, 0.08)))
        for town in range(6)
        for year in (2017, 2018)
        for month in range(1, 5)
    ]
    return pl.DataFrame(rows, schema=["town", "district", "month", "year", "count"], orient="row")


@pytest.mark.parametrize("seed", range(4))
def test_hierarchies_hold_along_every_margin(seed):
    cube = build_cube(hierarchy(np.random.default_rng(seed)), HIERARCHY)
    protected = protect(cube)
    assert protected.pinned() == []
    counts = cube.counts
    assert protected.hidden[(counts > 0) & (counts < THRESHOLD)].all()


def test_a_cube_holds_every_margin_once_and_its_sums_hold():
    cube = build_cube(hierarchy(np.random.default_rng(1)), HIERARCHY)
    assert len(cube.cells) == (6 + 2 + 1) * (8 + 2 + 1)
    assert (cube.sums @ cube.counts == 0).all()
    assert cube.cells.select(cube.keys).is_unique().all()
    total = cube.cells.filter((pl.col("place_level") == 2) & (pl.col("time_level") == 2))
    assert total["count"].to_list() == [hierarchy(np.random.default_rng(1))["count"].sum()]


def test_what_is_shown_does_not_depend_on_the_question():
    protected = protect(build_cube(hierarchy(np.random.default_rng(2)), HIERARCHY))
    shown = protected.at(place=0, time=0)
    assert "count" not in shown.columns and "reason" not in shown.columns
    alone = {tuple(row) for row in shown.filter(pl.col("district") == "d0").select("town", "month", "shown").rows()}
    within = {tuple(row) for row in shown.select("town", "month", "shown").rows()}
    assert alone <= within
    assert shown.filter(pl.col("is_hidden"))["shown"].null_count() == shown["is_hidden"].sum() > 0
    with pytest.raises(ValueError, match="level of each dimension"):
        protected.at(place=0)


def test_order_of_rows_is_irrelevant():
    frame = hierarchy(np.random.default_rng(3))
    one, other = (protect(build_cube(rows, HIERARCHY)).cells for rows in (frame, frame.sample(fraction=1, shuffle=True, seed=1)))
    assert one.equals(other)


def test_rows_without_a_district_are_cells_of_their_own():
    frame = pl.DataFrame({"district": ["a", "b", None], "month": ["m", "m", "m"], "count": [50, 60, 3]})
    protected = protect(build_cube(frame, [PLACE, TIME]))
    assert protected.at(place=0, time=0).filter(pl.col("district").is_null())["shown"].to_list() == [None]
    assert protected.at(place=1, time=0)["shown"].null_count() + protected.at(place=0, time=0)["shown"].null_count() >= 2
    assert protected.pinned() == []


BEFORE = [[2, 30, 90], [40, 50, 95], [70, 80, 99]]
AFTER = [[2, 30, 90, 55], [40, 50, 95, 3], [70, 80, 99, 20]]  # a month later


def test_what_was_hidden_stays_hidden_and_what_was_shown_is_not_counted_on():
    before = protect(build_cube(table(BEFORE), [PLACE, TIME]))
    after = protect(build_cube(table(AFTER), [PLACE, TIME]), earlier=[before.cells])
    both = before.cells.join(after.cells, on=before.cube.keys, nulls_equal=True, suffix="_after")
    assert both.filter((pl.col("reason") != SHOWN) & (pl.col("reason_after") == SHOWN)).is_empty()
    unchanged = pl.col("count") == pl.col("count_after")
    assert both.filter((pl.col("reason") == SHOWN) & (pl.col("reason_after") != SHOWN) & unchanged).is_empty()
    assert after.pinned() == []


def test_the_growth_of_a_total_gives_no_new_small_count_away():
    before = protect(build_cube(table(BEFORE), [PLACE, TIME]))
    total_then = before.cells.filter((pl.col("district") == "d1") & pl.col("month").is_null())["shown"].to_list()
    assert total_then == [185]
    careless = protect(build_cube(table(AFTER), [PLACE, TIME]))
    row = careless.cells.filter((pl.col("district") == "d1") & pl.col("month").is_null())["shown"].to_list()
    assert row == [188]  # 188 − 185: the three of the new month
    careful = protect(build_cube(table(AFTER), [PLACE, TIME]), earlier=[before.cells])
    assert careful.cells.filter((pl.col("district") == "d1") & pl.col("month").is_null())["shown"].to_list() == [None]


def test_what_readers_have_already_is_reported():
    shown = protect(build_cube(table(BEFORE), [PLACE, TIME]), threshold=1)  # a release without protection
    assert not shown.hidden.any()
    late = protect(build_cube(table(BEFORE), [PLACE, TIME]), earlier=[shown.cells])
    assert [(pin.low, pin.high) for pin in late.pinned()] == [(2, 2)]


def test_interval_of_a_cell_is_what_hand_arithmetic_gives():
    cube = build_cube(table([[2, 30], [40, 50]]), [PLACE, TIME])
    inner = ((cube.cells["place_level"] == 0) & (cube.cells["time_level"] == 0)).to_numpy()
    cell = int(np.flatnonzero(inner & (cube.counts == 2))[0])
    assert interval(cube, inner, cell, floor=0) == pytest.approx((0, 32))  # row sum 32, column sum 42
    assert interval(cube, inner, cell, floor=1) == pytest.approx((1, 31))
    assert interval(cube, np.ones(len(inner), bool), cell) == (1, np.inf)


RATIOS = pl.DataFrame(
    {"district": ["a", "b", "c", "d", "e"], "month": ["m"] * 5, "numerator": [98, 12, 450, 0, 300], "denominator": [100, 12, 500, 60, 400]}
)  # fmt: skip


def test_the_few_that_are_missing_are_not_given_away():
    protected = protect_ratios(RATIOS, [PLACE, TIME])
    shown = {row["district"]: row for row in ratios_at(protected, place=0, time=0).iter_rows(named=True)}
    assert shown["a"]["is_hidden"] and (shown["a"]["numerator"] is None)  # 98 of 100 names two
    assert shown["b"]["is_hidden"] and (shown["b"]["numerator"] is None)  # all of 12 says something of each
    assert not shown["d"]["is_hidden"] and shown["d"]["numerator"] == 0  # none of 60 may be said
    assert protected.pinned() == []


def test_shares_that_give_nothing_away_are_shown():
    frame = RATIOS.filter(pl.col("district").is_in(["c", "e"]))
    shown = ratios_at(protect_ratios(frame, [PLACE, TIME]), place=0, time=0)
    assert shown["numerator"].to_list() == [450, 300]
    assert shown["is_hidden"].to_list() == [False, False]


def test_wrong_tables_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        build_cube(table([[-1]]), [PLACE, TIME])
    with pytest.raises(ValueError, match="more than one district"):
        build_cube(pl.DataFrame({"town": ["t", "t"], "district": ["a", "b"], "count": [1, 1]}), [Dimension("place", ("town", "district"))])
    with pytest.raises(ValueError, match="outside its denominator"):
        protect_ratios(RATIOS.with_columns(numerator=pl.lit(1000)), [PLACE, TIME])


def test_a_single_row_of_cells_has_one_sum() -> None:
    """Parts and their total, nothing else: hiding one small count needs a second one hidden."""
    frame = pl.DataFrame({"district": ["a", "b", "c"], "count": [2, 9, 20]})
    cube = build_cube(frame, [Dimension("place", ("district",))])
    assert cube.sums.shape == (1, 4)
    assert (cube.sums @ cube.counts == 0).all()
    shown = protect(cube).cells.filter(pl.col("place_level") == 0).sort("district")["shown"].to_list()
    assert shown.count(None) == 2 and shown[0] is None
