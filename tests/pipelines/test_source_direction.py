"""Codes mapped the wrong way round: a file whose rows together say so is refused whole, and says what to correct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines import source as sources_module
from pipelines.ingest import ingest
from pipelines.receipts import IngestReport
from pipelines.source import load
from warehouse.settings import Settings

HEADER = "id,level,words,at\n"
CITY = [1] * 55 + [2] * 3 + [3] * 40 + [4] + [5]  # a month as it is: 1 is very satisfied
RATINGS = {
    "source": "turned",
    "files": ["turned*"],
    "emits": [
        {
            "feed": "ratings",
            "columns": {
                "rating_id": "id",
                "grade": {"column": "level", "scale": {"best": 1, "worst": 5}},
                "rated_at": "at",
                "channel": {"constant": "window"},
            },
        }
    ],
}


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ingest a text by a definition that stands beside the shipped ones."""

    def ingested(body: dict[str, Any], text: str) -> tuple[IngestReport, list[tuple]]:
        definition = tmp_path / "turned.yaml"
        definition.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), "utf-8")
        made = load(definition)
        monkeypatch.setattr(sources_module, "sources", lambda: {made.id: made})
        file = tmp_path / "turned.csv"
        file.write_text(text, "utf-8")
        settings = Settings(tmp_path / "home").prepare()
        report = ingest(settings, [file], source="turned")
        with duckdb.connect(str(settings.warehouse_path)) as con:
            return report, con.execute("select grade, count(*) from core_rating group by all order by 1").fetchall()

    return ingested


def ratings(levels: list[int]) -> str:
    return HEADER + "".join(f"r{n},{level},,2024-02-08 10:00:00\n" for n, level in enumerate(levels))


def scaled(**scale: Any) -> dict[str, Any]:
    columns = {**RATINGS["emits"][0]["columns"], "grade": {"column": "level", "scale": scale}}
    return {**RATINGS, "emits": [{"feed": "ratings", "columns": columns}]}


def test_a_scale_is_converted_once(put) -> None:
    report, grades = put(RATINGS, ratings(CITY))
    assert not report.refused
    assert grades == [(1, 1), (2, 1), (3, 40), (4, 3), (5, 55)]


def test_a_scale_declared_the_other_way_round_refuses_the_file(put) -> None:
    report, grades = put(scaled(best=5, worst=1), ratings(CITY))
    assert grades == []
    (refused,) = report.refused
    assert refused.reason.startswith("E_DIRECTION: 58 of its ratings would be bad and 2 good: the rating scale")


def test_a_month_in_which_most_are_just_content_is_judged_by_the_rest(put) -> None:
    # the province's bulletin of January 2020: 21 % very satisfied, 2 % satisfied, 77 % basically satisfied; bad ones are some in 100,000
    report, _ = put(scaled(best=5, worst=1), ratings([1] * 53 + [2] * 4 + [3] * 193))
    assert report.refused[0].reason.startswith("E_DIRECTION: 57 of its ratings would be bad and 0 good")


@pytest.mark.parametrize("levels", [[5] * 49, [5] * 30 + [1] * 30, [3] * 200, [1] * 40 + [5] * 20])
def test_what_may_be_so_is_loaded(put, levels: list[int]) -> None:
    report, grades = put(RATINGS, ratings(levels))
    assert not report.refused
    assert sum(count for _, count in grades) == len(levels)


def test_a_source_of_complaints_says_so(put) -> None:
    report, grades = put(scaled(best=1, worst=5, mostly_bad=True), ratings([5] * 80))
    assert not report.refused
    assert grades == [(1, 80)]


def test_levels_off_the_scale_are_refused_one_by_one(put) -> None:
    report, grades = put(RATINGS, ratings([1, 0, 6, 2]))
    assert grades == [(4, 1), (5, 1)]
    assert report.receipts[0].quarantined == 2


ITEMS = {
    "source": "turned",
    "files": ["turned*"],
    "emits": [
        {
            "feed": "service_items",
            "columns": {
                "item_id": "id", "name_zh": "id", "item_type": {"constant": "01"}, "dept_id": {"constant": "d"}, "division_code": {"constant": "1"},
                "case_type": {"column": "level", "codes": {1: "on_the_spot", 2: "commitment", 9: "other"}},
                "promised_limit": "words", "status": {"constant": "in_force"},
            },
        }
    ],
}  # fmt: skip


def items(rows: list[tuple[int, str]]) -> str:
    return HEADER + "".join(f"i{n},{level},{days},\n" for n, (level, days) in enumerate(rows))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(1, "0")] * 12 + [(2, "5")] * 12, None),
        ([(1, "5")] * 12 + [(2, "0")] * 9, "E_DIRECTION: 21 of 21 items contradict their promised limit"),
        ([(1, "5")] * 10 + [(2, "0")] * 9, None),  # too few to be sure
        ([(1, "5")] * 15 + [(2, "5")] * 15, None),  # as many for as against
        ([(1, "")] * 40 + [(9, "5")] * 40, None),  # nothing to judge by
    ],
)
def test_case_types_against_promised_limits(put, rows: list[tuple[int, str]], told: str | None) -> None:
    report, _ = put(ITEMS, items(rows))
    assert [each.reason[: len(told or "")] for each in report.refused] == ([told] if told else [])


def test_nothing_is_judged_that_no_definition_maps(put) -> None:
    canonical = {**RATINGS, "emits": [{"feed": "ratings", "columns": {**RATINGS["emits"][0]["columns"], "grade": "level"}}]}
    report, grades = put(canonical, ratings([1] * 90))
    assert not report.refused
    assert grades == [(1, 90)]
