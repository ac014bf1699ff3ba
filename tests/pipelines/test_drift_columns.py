"""Schema drift: new columns are kept beside the rows and told, missing optional ones are empty and told, what cannot be read refuses the file whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from onegate.cli import app
from pipelines.ingest import ingest
from warehouse.alerts import listed

GOLDEN = "boston311"


def drift(bench) -> list[tuple]:
    return bench.sql("select file_id, kind, column_name from ledger_drift order by all")


def alerts(bench) -> list[tuple[str, str]]:
    return [(alert.kind, alert.subject) for alert in listed(bench.settings.alerts_path)]


def with_column(bench, name: str, values: list[str], start: int = 1) -> str:
    return bench.text([[*row, value] for row, value in zip(bench.base(len(values), start), values, strict=True)], [*bench.columns, name])


def test_a_new_column_is_kept_beside_the_rows_and_told(bench) -> None:
    bench.put(bench.text(bench.base(3)))
    assert (drift(bench), alerts(bench)) == ([], [])
    bench.put(with_column(bench, "weather", ["rain", "", "13800138000"], 4), "case_events-2.csv")
    assert bench.counts() == (3, 3, 0)
    assert drift(bench) == [(2, "new_column", "weather")]
    assert alerts(bench) == [("new_column", "case_events.weather")]
    assert bench.report.notes == [
        "case_events-2.csv: new columns, which nothing reads yet, are kept beside the rows (ledger_extra): weather"
    ]
    kept = bench.sql("select row_no, extra->>'weather' from ledger_extra join core_case_event using (file_id, row_no) order by 1")
    assert kept[0] == (1, "rain")
    assert [row for row, _ in kept] == [1, 3]
    assert len(kept[1][1]) == 64 and b"13800138000" not in bench.settings.warehouse_path.read_bytes()


def test_columns_that_tell_of_persons_by_their_name_are_hashed(bench) -> None:
    bench.put(with_column(bench, "citizen_name", ["张三"]))
    ((extra,),) = bench.sql("select extra from ledger_extra")
    assert len(json.loads(extra)["citizen_name"]) == 64


def test_a_record_in_quarantine_is_not_kept_beside_as_well(bench) -> None:
    rows = [[*row, "x"] for row in bench.base(2)]
    rows[1][4] = "no such channel"
    bench.put(bench.text(rows, [*bench.columns, "weather"]))
    assert bench.sql("select row_no from ledger_extra") == [(1,)]


def test_a_missing_optional_column_is_empty_and_told_until_it_is_back(bench) -> None:
    bench.put(bench.text(bench.base(2)))
    bench.put(bench.text([row[:7] for row in bench.base(2, 3)], bench.columns[:7]), "case_events-2.csv")
    assert bench.counts() == (2, 2, 0)
    assert drift(bench) == [(2, "missing_column", "reason")]
    assert bench.sql("select count(reason) from core_case_event where file_id = 2") == [(0,)]
    assert alerts(bench) == [("missing_column", "case_events.reason")]
    bench.put(bench.text([row[:7] for row in bench.base(2, 5)], bench.columns[:7]), "case_events-3.csv")
    assert alerts(bench) == [("missing_column", "case_events.reason")]  # once, and still open
    bench.put(bench.text(bench.base(2, 7)), "case_events-4.csv")
    assert alerts(bench) == []


@pytest.mark.parametrize("name", ["case_events.csv", "case_events.jsonl", "case_events.csv.gz"])
def test_a_missing_required_column_refuses_the_file_whole_and_raises_an_alert(bench, name: str) -> None:
    bench.put(bench.text(bench.base(2)), "case_events-0.csv")
    before = bench.sql("select * from core_case_event order by event_id")
    rows = [dict(zip(bench.columns, row, strict=True)) for row in bench.base(5, 3)]
    lines = "".join(json.dumps({key: row[key] for key in row if key != "case_id"}, ensure_ascii=False) + "\n" for row in rows)
    text = bench.text([[*row[:1], *row[2:]] for row in bench.base(5, 3)], [*bench.columns[:1], *bench.columns[2:]])
    plain = (lines if name.endswith(".jsonl") else text).encode()
    content = gzip.compress(plain) if name.endswith(".gz") else plain
    report = bench.put(content, name)
    assert "E_SCHEMA_MISSING" in report.refused[0].reason and report.needs_a_person
    assert bench.sql("select * from core_case_event order by event_id") == before
    assert bench.sql("select status, read from ledger_file order by file_id") == [("loaded", 2), ("refused", 0)]
    assert bench.sql("select count(*) from ledger_quarantine") == [(0,)]
    assert alerts(bench) == [("refused", name)]
    bench.put(content, name)
    assert len(listed(bench.settings.alerts_path)) == 1 and bench.sql("select count(*) from ledger_file") == [(2,)]  # told once


def test_the_alert_of_a_refused_file_is_settled_by_the_file_put_right(bench) -> None:
    bench.put("nothing,useful\n1,2\n")
    assert alerts(bench) == [("refused", "case_events.csv")]
    bench.put(bench.text(bench.base(1)))
    assert alerts(bench) == []
    assert bench.sql("select cleared_by from ledger_alert") == [("onegate",)]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("occurred_at", [[1], [2]]),
        ("occurred_at", [True, False]),
        ("case_id", [[1], [2]]),
        ("source_version", [{"a": 1}, {"a": 2}]),
        ("channel", [{"a": 1}, {"a": 2}]),
    ],
)
def test_a_column_of_an_incompatible_type_refuses_the_file_whole(bench, column: str, values: list) -> None:
    frame = pl.DataFrame(bench.base(2), schema=bench.columns, orient="row").with_columns(source_version=pl.lit(1))
    frame.with_columns(pl.Series(column, values)).write_parquet(bench.folder / "case_events.parquet")
    bench.report = ingest(bench.settings, [bench.folder / "case_events.parquet"])
    assert "E_SCHEMA_TYPE" in bench.report.refused[0].reason and column in bench.report.refused[0].reason
    assert bench.sql("select count(*) from core_case_event") == [(0,)]


def test_a_file_of_text_in_which_no_record_can_be_read_raises_an_alert(bench) -> None:
    bench.put(bench.text([[*row[:3], "03/04/2026", *row[4:]] for row in bench.base(5)]))
    assert bench.counts() == (5, 0, 5)
    assert listed(bench.settings.alerts_path)[0].sentence == "Every record of the file is in quarantine: E_TYPE_TS:occurred_at."
    bench.put(bench.text(bench.base(5)), "case_events-right.csv")
    assert alerts(bench) == []


def test_a_column_of_a_later_batch_of_json_lines_is_new_as_well(bench) -> None:
    rows = [dict(zip(bench.columns, row, strict=True)) for row in bench.base(3)]
    rows[2]["weather"] = "rain"
    bench.put("".join(json.dumps(row) + "\n" for row in rows), "case_events.jsonl")
    assert drift(bench) == [(1, "new_column", "weather")]
    assert bench.sql("select row_no, extra from ledger_extra") == [(3, '{"weather":"rain"}')]


def test_a_record_that_spells_a_column_otherwise_than_the_others_is_read_all_the_same(bench) -> None:
    rows = [dict(zip(bench.columns, row, strict=True)) | {"reason": "as all"} for row in bench.base(3)]
    rows[1]["Case_ID"] = rows[1].pop("case_id")
    rows[1]["reasOn"] = rows[1].pop("reason")
    rows[2]["Reason"] = "another"
    bench.put("".join(json.dumps(row) + "\n" for row in rows), "case_events.jsonl")
    assert bench.counts() == (3, 3, 0)
    assert bench.sql("select case_id is not null, reason from core_case_event order by row_no") == [(True, "as all")] * 3
    assert [name for _, _, name in drift(bench)] == ["Case_ID", "Reason", "reasOn"]  # told, and what was not read is kept
    assert '"Reason":"another"' in bench.sql("select extra from ledger_extra where row_no = 3")[0][0]


def test_what_is_new_to_a_definition_is_what_its_first_file_did_not_have(bench) -> None:
    """A definition leaves columns unread on purpose; only those that came later are drift."""
    header, *rows = (Path(__file__).parent / "golden" / f"{GOLDEN}.csv").read_text("utf-8").splitlines()
    first, later = bench.folder / f"{GOLDEN}-1.csv", bench.folder / f"{GOLDEN}-2.csv"
    first.write_text("\n".join([header, rows[0]]) + "\n")
    later.write_text("\n".join([header + ",weather", rows[1] + ",rain"]) + "\n")
    ingest(bench.settings, [first], source=GOLDEN)
    assert drift(bench) == []
    ingest(bench.settings, [later], source=GOLDEN)
    assert drift(bench) == [(2, "new_column", "weather")]
    assert bench.sql("select json_keys(extra) from ledger_extra") == [(["weather"],)]


def test_the_commands_list_and_close_alerts(bench) -> None:
    bench.put("nothing,useful\n1,2\n")
    home, run = ["--home", str(bench.settings.home)], CliRunner().invoke
    status = run(app, ["status", *home, "--json"])
    assert (status.exit_code, [alert["kind"] for alert in json.loads(status.stdout)["alerts"]]) == (0, ["refused"])
    found = run(app, ["alerts", *home, "--json"])
    assert (found.exit_code, len(json.loads(found.stdout)["alerts"])) == (1, 1)
    assert run(app, ["alerts", *home, "clear", str(json.loads(found.stdout)["alerts"][0]["id"]), "--by", "ann"]).exit_code == 0
    assert run(app, ["alerts", *home]).exit_code == 0
    assert bench.sql("select cleared_by from ledger_alert") == [("ann",)]
