"""The vocabulary of source definitions: what each mapping makes of a text, what a wrong definition is told, and the example of docs/sources.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from pipelines.adapters.batch import Batch
from pipelines.conform import HeaderUnfit, check_header, conform
from pipelines.loading import Loader
from pipelines.personal import Hasher
from pipelines.source import Emission, Source, SourceInvalid, load, sources
from warehouse.contract import feeds
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
MINIMAL = {
    "source": "s",
    "emits": [{"feed": "departments", "columns": {"dept_id": "a", "name_zh": "a", "division_code": {"constant": "d"}}}],
}


def definition(folder: Path, body: dict[str, Any]) -> Source:
    path = folder / "s.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), "utf-8")
    return load(path)


def mapped(folder: Path, mapping: Any, *texts: str | None) -> list[str | None]:
    """The mapping's result as a text of a department's function code."""
    body = {"source": "s", "emits": [{"feed": "departments", "columns": {**MINIMAL["emits"][0]["columns"], "function_code": mapping}}]}
    source = definition(folder, body)
    frame = pl.DataFrame({"a": [f"k{n}" for n in range(len(texts))], "t": pl.Series(texts, dtype=pl.String), "u": ["z"] * len(texts)})
    frame = frame.with_columns(_row=pl.int_range(1, len(texts) + 1, dtype=pl.Int64), absent=pl.lit(None, pl.String))
    return conform(frame, source.emits[0], source).rows["function_code"].to_list()


@pytest.mark.parametrize(
    ("mapping", "texts", "made"),
    [
        ("t", ["x", " y ", None], ["x", "y", None]),
        ({"constant": "c"}, ["x", None], ["c", "c"]),
        ({"constant": 20}, ["x"], ["20"]),
        ({"join": ["t", "u"]}, ["x", None], ["x:z", "z"]),
        ({"join": ["t", "u"], "separator": " "}, ["x"], ["x z"]),
        ({"column": "t", "extract": r"^(\d{4})-\d{4}$"}, ["2023-2024", "2023", None], ["2023", "2023", None]),
        ({"column": "t", "extract": r"^(\d{4})-\d{4}$"}, ["last year"], ["last year"]),
        ({"column": "t", "replace": {"| ": ", ", "|": ", "}}, ["a| b|c", "(a.b)"], ["a, b, c", "(a.b)"]),
        ({"column": "t", "nulls": ["NA", "ND"]}, ["NA", " ND", "NAN", "0"], [None, None, "NAN", "0"]),
        ({"column": "t", "strip_suffix": ".0"}, ["12.0", "12", ".0.0"], ["12", "12", ".0"]),
        ({"column": "t", "codes": {"x": "1"}}, ["x", " x ", None, " ", "-"], ["1", "1", None, None, None]),
        ({"column": "t", "codes": {"x": "1"}, "unmapped": "keep"}, ["x", " x ", "X", None], ["1", "1", "X", None]),
        ({"column": "t", "codes": {"x": "1", "y": None}}, ["x", "y"], ["1", None]),
        ({"column": "t", "otherwise": "there", "empty": "not"}, ["x", None], ["there", "not"]),
        ({"first": ["t", "u"]}, ["x", None, " "], ["x", "z", "z"]),
        ({"first": ["absent", "u"]}, ["x"], ["z"]),
        ({"join": ["t", "absent"], "optional": ["absent"]}, ["x", None], ["x", None]),
        ({"column": "t", "codes": {"x": "z"}, "agrees": {"column": "u", "codes": {"z": "z"}}}, ["x"], ["z"]),
        ({"column": "t", "codes": {"x": "1"}, "otherwise": "9"}, ["x", "q", None, " "], ["1", "9", None, None]),
        ({"column": "t", "codes": {"x": "1"}, "otherwise": "9", "empty": "0"}, ["x", "q", None], ["1", "9", "0"]),
        ({"column": "t", "codes": {1: 2}}, ["1"], ["2"]),
        ({"column": "t", "split": ",", "codes": {"x": "1", "y": "2"}}, ["x, y", "y", None], ["1|2", "2", None]),
        ({"column": "t", "split": ",", "codes": {"x": "1"}, "unmapped": "keep"}, ["x,q"], ["1|q"]),
        ({"column": "t", "prefix": "<", "suffix": ">"}, ["x", None], ["<x>", None]),
        ({"column": "t", "codes": {"x": "1"}, "suffix": "!"}, ["x"], ["1!"]),
        ({"object": {"own": "t", "other": "u"}}, ['a "b"', None], ['{"own":"a \\"b\\"","other":"z"}', '{"own":null,"other":"z"}']),
    ],
)
def test_mappings(tmp_path: Path, mapping: Any, texts: list[str | None], made: list[str | None]) -> None:
    assert mapped(tmp_path, mapping, *texts) == made


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sauce": 1}, "unknown setting ['sauce']"),
        ({"emits": [{"feed": "cases", "columns": {}}]}, "no feed is called 'cases'"),
        ({"emits": [{"feed": "departments", "columns": {"dept": "a"}}]}, "feed departments has no column ['dept']"),
        ({"emits": [{"feed": "departments", "columns": {"dept_id": {"column": "a", "constant": "b"}}}]}, "exactly one of column, constant"),
        ({"emits": [{"feed": "departments", "columns": {"dept_id": {"prefix": "b"}}}]}, "exactly one of column, constant"),
        ({"emits": [{"feed": "departments", "columns": {"dept_id": {"column": "a", "shout": True}}}]}, "shout"),
        ({"emits": [{"feed": "departments", "columns": {}, "where": 1}]}, "no setting ['where']"),
        (
            {"emits": [{"feed": "departments", "columns": {"dept_id": {"column": "a", "codes": {"x": "y"}, "unmapped": "drop"}}}]},
            "refuse or keep",
        ),
        ({"emits": [{"feed": "departments", "columns": {"dept_id": {"column": "a", "agrees": {"column": "b", "codes": {}}}}}]}, "agrees"),
        ({"emits": [{"feed": "ratings", "columns": {"grade": {"column": "g", "scale": {"best": 1, "worst": 4}}}}]}, "5 steps"),
        (
            {"emits": [{"feed": "ratings", "columns": {"grade": {"column": "g", "codes": {1: 5}, "scale": {"best": 1, "worst": 5}}}}]},
            "once",
        ),
    ],
)
def test_a_wrong_definition_is_told_what_to_change(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceInvalid) as error:
        definition(tmp_path, {**MINIMAL, **change})
    assert str(error.value).startswith("s.yaml: ")
    assert told in str(error.value)


def test_shipped_sources_have_titles_in_both_languages_and_zones() -> None:
    assert {source.id for source in sources().values()} >= {"boston311", "bpic15_permits", "warsaw_queues", "gc_service_inventory"}
    for source in sources().values():
        assert set(source.title) == {"en", "zh"}, source.id


def test_shipped_sources_do_not_claim_one_anothers_files() -> None:
    names = {
        "boston311": "boston311-2015.csv.gz", "bpic15_permits": "BPIC15_1.csv.gz", "warsaw_queues": "warsaw_queues.csv.gz",
        "gc_service_inventory": "snapshot-2025-03-01_si_2024.csv", "gb39046": "事项受理-2026-10.csv", "gd_ex_gdbs": "EX_GDBS_SL.csv",
        "zj_rating": "zj_ratings-2026.jsonl",
    }  # fmt: skip
    for owner, name in names.items():
        assert [source.id for source in sources().values() if source.claims(name)] == [owner]
    assert not any(source.claims(f"{feed}.csv") for source in sources().values() for feed in feeds())


def loaded(folder: Path, when: dict[str, Any], *texts: str | None) -> tuple[dict[str, int], list[tuple]]:
    """Counts and reasons of records with these texts in column b, when a department is made under one condition."""
    source = definition(folder, {**MINIMAL, "emits": [{**MINIMAL["emits"][0], "when": [{"column": "b", **when}]}]})
    con = open_store(Settings(folder / "home").prepare())
    loader = Loader(con, source, source.emits, Hasher(con, b"key"), 1)
    frame = pl.DataFrame({"a": [f"k{n}" for n in range(len(texts))], "b": pl.Series(texts, dtype=pl.String)})
    places = {"_row": pl.int_range(1, len(texts) + 1, dtype=pl.Int64), "_offset": pl.lit(None, pl.Int64), "_length": pl.lit(None, pl.Int64)}
    loader.take(Batch(frame.with_columns(**places)))
    with con:
        return loader.counts(), con.execute("select row_no, reasons from ledger_quarantine order by row_no").fetchall()


@pytest.mark.parametrize(
    ("when", "texts", "unused"),
    [
        ({"values": ["yes"]}, ["yes", "no", " yes ", None], [2, 4]),
        ({"present": True}, ["x", None, "NULL", " - ", " "], [2, 3, 4, 5]),
        ({"present": False}, ["x", None, "NULL", " "], [1]),
    ],
)
def test_a_record_that_no_rule_takes_is_set_aside(tmp_path: Path, when: dict[str, Any], texts: list[str | None], unused: list[int]) -> None:
    counts, reasons = loaded(tmp_path, when, *texts)
    assert (counts["accepted"], counts["quarantined"]) == (len(texts) - len(unused), len(unused))
    assert reasons == [(row, ["E_UNUSED: no rule of the source reads this record"]) for row in unused]


def test_the_example_of_the_docs_works(tmp_path: Path) -> None:
    source = definition(tmp_path, yaml.safe_load(DOCS.read_text("utf-8").split("```yaml\n")[1].split("```")[0]))
    record = {
        "流水号": "7",
        "受理时间": "2024/02/08 09:30",
        "来源": "网上",
        "部门": "不动产",
        "事项": "登记",
        "证件号": "x",
        "办结时间": None,
        "结果": None,
    }
    frame = pl.DataFrame([record, {**record, "流水号": "8", "来源": "飞鸽"}], schema=dict.fromkeys(record, pl.String)).with_columns(
        _row=pl.Series([1, 2], dtype=pl.Int64)
    )
    made = conform(frame, source.emits[0], source)
    row = made.rows.row(0, named=True)
    assert (row["event_id"], row["channel"], row["item_id"], str(row["occurred_on"])) == ("7:received", "web", "不动产/登记", "2024-02-08")
    assert made.faults.rows() == [(2, "E_ENUM:channel")]


def emissions(source: Source) -> list[Emission]:
    return [*source.emits, *(emission for _, table in source.tables for emission in table)]


@pytest.mark.parametrize("name", sorted(sources()))
def test_shipped_codes_are_the_contracts(name: str) -> None:
    for emission in emissions(sources()[name]):
        for column, allowed in emission.feed.codes.items():
            mapping = emission.columns.get(column)
            if mapping:
                named = {
                    *(code for code in mapping.codes.values() if code is not None),
                    *(text for text in (mapping.constant, mapping.otherwise, mapping.empty) if text),
                }
                assert named <= set(allowed), f"{name}: {emission.feed.name}.{column}"


@pytest.mark.parametrize(
    ("mapping", "texts", "faults"),
    [
        ({"column": "t", "codes": {"x": "1"}}, ["x", "X", None, "1"], [(2, "E_ENUM:function_code"), (4, "E_ENUM:function_code")]),
        ({"column": "t", "split": ",", "codes": {"x": "1"}}, ["x,x", "x, q", None], [(2, "E_ENUM:function_code")]),
        ({"column": "t", "codes": {"x": "1"}, "otherwise": "9"}, ["x", "X"], []),
        ({"column": "t", "codes": {"x": "1"}, "unmapped": "keep"}, ["x", "X"], []),
        ({"column": "t", "codes": {"x": "1"}, "agrees": {"column": "u", "codes": {"z": "2"}}}, ["x", None, "q"], [(1, "E_CONTRADICT:function_code"), (3, "E_ENUM:function_code")]),
        ({"column": "t", "codes": {"x": "1"}, "agrees": {"column": "u", "codes": {"z": "1"}}}, ["x"], []),
        ({"column": "t", "codes": {"x": "1"}, "agrees": {"column": "u", "codes": {"w": "2"}}}, ["x"], []),
    ],
)  # fmt: skip
def test_a_code_that_nobody_mapped_is_refused_by_name(tmp_path: Path, mapping: Any, texts: list[str | None], faults: list[tuple]) -> None:
    columns = {**MINIMAL["emits"][0]["columns"], "function_code": mapping}
    source = definition(tmp_path, {"source": "s", "emits": [{"feed": "departments", "columns": columns}]})
    frame = pl.DataFrame({"a": [f"k{n}" for n in range(len(texts))], "t": pl.Series(texts, dtype=pl.String), "u": ["z"] * len(texts)})
    made = conform(frame.with_columns(_row=pl.int_range(1, len(texts) + 1, dtype=pl.Int64)), source.emits[0], source)
    assert sorted(made.faults.rows()) == faults
    assert made.rows.height == len(texts) - len({row for row, _ in faults})


@pytest.mark.parametrize(
    ("only", "texts", "faulty"), [(["a", 2], ["a", " 2", None, "b", "-"], [4]), ("^[12](,[12])*$", ["1", "2,1", "12", "3", None], [3, 4])]
)
def test_words_that_a_column_may_not_hold_are_refused(tmp_path: Path, only: Any, texts: list[str | None], faulty: list[int]) -> None:
    source = definition(tmp_path, {**MINIMAL, "emits": [{**MINIMAL["emits"][0], "only": {"b": only}}]})
    frame = pl.DataFrame({"a": [f"k{n}" for n in range(len(texts))], "b": pl.Series(texts, dtype=pl.String)})
    made = conform(frame.with_columns(_row=pl.int_range(1, len(texts) + 1, dtype=pl.Int64)), source.emits[0], source)
    assert made.faults.rows() == [(row, "E_ENUM:b") for row in faulty]


@pytest.mark.parametrize(
    ("mapping", "names", "lacks"),
    [
        ({"column": "t"}, ["u"], "t"),
        ({"column": "t", "optional": True}, ["u"], None),
        ({"first": ["t", "v"]}, ["u"], "t or v"),
        ({"first": ["t", "v"]}, ["v"], None),
        ({"join": ["t", "v"]}, ["t"], "v"),
        ({"join": ["t", "v"], "optional": ["v"]}, ["t"], None),
        ({"join": ["t", "v"], "optional": ["v"]}, ["v"], "t"),
        ({"column": "t", "codes": {"x": "y"}, "agrees": {"column": "w", "codes": {}}}, ["t"], None),
    ],
)
def test_which_columns_a_file_must_have(tmp_path: Path, mapping: Any, names: list[str], lacks: str | None) -> None:
    columns = {"dept_id": mapping, "name_zh": {"constant": "n"}, "division_code": {"constant": "d"}}
    emission = definition(tmp_path, {"source": "s", "emits": [{"feed": "departments", "columns": columns}]}).emits[0]
    if lacks is None:
        check_header(names, emission)
    else:
        with pytest.raises(HeaderUnfit, match=f"reads the column {lacks},"):
            check_header(names, emission)


@pytest.mark.parametrize(
    ("when", "texts", "unused"),
    [
        ({"unless": ["no"]}, ["yes", " no", None], [2]),
        ({"contains": "1"}, ["1,2", "2", None, "21"], [2, 3]),
        ({"differs": "a"}, ["k0", "k0", " k2 ", None], [1, 3]),
    ],
)
def test_conditions_that_leave_records_out(tmp_path: Path, when: dict[str, Any], texts: list[str | None], unused: list[int]) -> None:
    assert loaded(tmp_path, when, *texts)[1] == [(row, ["E_UNUSED: no rule of the source reads this record"]) for row in unused]
