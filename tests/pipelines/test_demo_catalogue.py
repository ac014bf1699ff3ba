"""The demo city's catalogue is an inventory: its counts hold exactly, whatever seed and scale; counted here straight from the files.

Only the files that do not follow the months are written here; test_demo_cases.py makes whole cities.
"""

from pathlib import Path

import polars as pl
import pytest

from pipelines.demo.cities import CITIES, make_city
from pipelines.demo.city import build_city
from pipelines.demo.standing import write_standing

APPLICATION_BASED = ["01", "05", "07", "08", "09", "10", "20"]


@pytest.fixture(scope="module", params=[(0.002, 2014), (0.004, 7)], ids=["seed 2014", "another seed and scale"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scale, seed = request.param
    out = tmp_path_factory.mktemp("foshan")
    write_standing(build_city("foshan", seed, scale), out)
    return out


def text(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def items_on(folder: Path, day: str) -> pl.DataFrame:
    items = text(folder / "catalogue/service_items.csv")
    return items.filter((pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day)))


def depth(items: pl.DataFrame) -> pl.Series:
    """Depth under gd_4, read off steps and visits by its definition."""
    steps, visits = pl.col("online_steps").str.split("|"), pl.col("visits_max").cast(pl.Int64)
    submit = steps.list.contains("submit")
    deep = pl.when(visits == 0).then(4).when(visits <= 1).then(3).when(visits <= 2).then(2)
    level = pl.when(submit & (visits <= 2)).then(deep).when(steps.list.contains("info")).then(1).otherwise(0)
    return items.select(level).to_series()


def test_departments_and_items_of_2014(folder: Path) -> None:
    items = items_on(folder, "2014-10-01")
    assert items.height == 5349
    assert items["item_id"].n_unique() == 5349
    assert items["dept_id"].n_unique() == 157
    assert text(folder / "registry/departments.csv").height == 157
    assert items.filter(~pl.col("item_type").is_in(APPLICATION_BASED)).height == 5


def test_depth_of_2014_is_the_article_s(folder: Path) -> None:
    level = depth(items_on(folder, "2014-10-01").filter(pl.col("item_type").is_in(APPLICATION_BASED)))
    assert len(level) == 5344
    assert [(level >= least).sum() for least in (1, 2, 3)] == [5327, 5108, 1458]


def test_depth_rises_and_stays_short_of_everything(folder: Path) -> None:
    shares = [(depth(items_on(folder, day)) >= 3).mean() for day in ("2014-10-01", "2016-06-30", "2018-10-31")]
    assert shares == sorted(shares)
    assert 0.33 < shares[-1] < 0.45


def test_items_on_channels(folder: Path) -> None:
    channels = text(folder / "catalogue/item_channels.csv").filter((pl.col("valid_from") <= "2014-10-01") & (pl.col("func") == "apply"))
    at = {
        name: channels.filter((pl.col("channel") == name) & pl.col("item_id").str.starts_with(code))["item_id"].n_unique()
        for name, code in (("terminal", "440604"), ("app", "440605"), ("window", "440604"))
    }
    assert at["terminal"] == 1048
    assert at["app"] > 500
    assert at["window"] > 600


def test_terminals_are_planned_before_they_are_live(folder: Path) -> None:
    points = text(folder / "halls/service_points.csv").filter(pl.col("kind") == "terminal")
    assert points["point_id"].n_unique() == 152
    live = points.filter(pl.col("planned") == "false").sort("commissioned_on")
    assert live["commissioned_on"].to_list()[:2] == ["2014-08-15", "2014-08-30"]
    assert live["division_code"].to_list()[:2] == ["440604010", "440604010"]  # Shiwan
    assert (live["commissioned_on"] == live["valid_from"]).all()
    assert 0 < live.height < 152


def test_places_and_halls(folder: Path) -> None:
    divisions = text(folder / "registry/divisions.csv")
    assert divisions.filter(pl.col("level") == "4")["division_code"].to_list() == ["440604", "440605", "440606", "440607", "440608"]
    assert divisions.filter(pl.col("division_code") == "440600").select("name_zh", "name_en", "parent_code").row(0) == (
        "佛山市",
        "Foshan",
        "440000",
    )
    halls = text(folder / "halls/service_points.csv").filter((pl.col("kind") == "hall") & pl.col("division_code").str.starts_with("440604"))
    assert halls.height == 6


def test_every_name_has_both_languages(folder: Path) -> None:
    for name in (
        "registry/divisions",
        "registry/departments",
        "catalogue/service_items",
        "catalogue/item_materials",
        "halls/service_points",
    ):
        table = text(folder / f"{name}.csv").select("name_zh", "name_en")
        assert table["name_zh"].str.contains(r"\p{Han}").all(), name
        assert not table["name_en"].str.contains(r"\p{Han}").any(), name
        assert table["name_en"].null_count() == 0, name


def test_versions_follow_one_another_and_only_rise_in_depth(folder: Path) -> None:
    items = text(folder / "catalogue/service_items.csv").with_columns(pl.col("version").cast(pl.Int64)).sort("item_id", "version")
    items = items.with_columns(depth(items).alias("depth"))
    after = items.with_columns(pl.all().shift(-1).over("item_id").name.suffix("_next")).filter(pl.col("version_next").is_not_null())
    assert (after["version_next"] == after["version"] + 1).all()
    assert (after["valid_to"] == after["valid_from_next"]).all()
    assert (after["depth_next"] >= after["depth"]).all()
    assert items.filter(pl.col("version") == 1)["valid_from"].unique().to_list() == ["2014-07-01"]


def test_limits_agree_with_the_case_type(folder: Path) -> None:
    items = text(folder / "catalogue/service_items.csv").with_columns(pl.col("promised_limit", "legal_limit").cast(pl.Float64))
    assert (items.filter(pl.col("case_type") == "on_the_spot")["promised_limit"] == 0).all()
    commitment = items.filter(pl.col("case_type") == "commitment")
    assert (commitment["promised_limit"] >= 1).all()
    assert commitment.filter(pl.col("promised_limit") > pl.col("legal_limit")).is_empty()


def test_the_poll_of_chancheng_is_as_counted(folder: Path) -> None:
    poll = text(folder / "polls/survey_responses.csv").filter(pl.col("survey_id") == "cc-2017-12")
    answers = poll.filter(pl.col("responded") == "true")["grade"].cast(pl.Int64)
    assert poll["fielded_on"].str.starts_with("2017-12").all()
    assert round((answers >= 3).mean() * 100, 2) == 99.93


def test_another_city_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="atlantis.*foshan"):
        make_city("atlantis", Path("nowhere"))
    assert set(CITIES["foshan"]) == {"en", "zh"}


def test_a_scale_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above 0"):
        make_city("foshan", tmp_path, scale=0)
