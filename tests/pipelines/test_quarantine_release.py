"""Quarantined records: looked at, exported, corrected, released, dismissed; and what the ledger and the archive keep of it."""

from __future__ import annotations

import csv
import gzip
import io
import json

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

from onegate.cli import app
from pipelines.adapters.batch import Batch
from pipelines.adapters.columns import placed
from pipelines.corrections import OWN, without_own
from pipelines.ingest import CallWrong, ingest
from pipelines.loading import Loader
from pipelines.originals import archived_path
from pipelines.personal import Hasher
from pipelines.quarantine import Decider, delivered, dismiss, quarantined, release
from pipelines.source import Emission, Mapping, Source
from pipelines.worksheet import export, resubmit
from warehouse.contract import feeds
from warehouse.engine.duckdb import HISTORY_META, create_table
from warehouse.settings import Settings

HEADER = "event_id,case_id,event_type,occurred_at,channel,applicant_key,reason"
GOOD = "E1,C1,received,2026-01-01T09:00:00+08:00,web,person-1,好"
WRONG_CHANNEL = "E2,C2,received,2026-01-01T09:00:00+08:00,wob,person-2,坏"
TOO_SHORT = "E3,C3,received,2026-01-01T09:00:00+08:00"
WRONG_TIME = "E4,=C4,received,yesterday,web,person-4,'x"
ALL = "\n".join([HEADER, GOOD, WRONG_CHANNEL, TOO_SHORT, WRONG_TIME]) + "\n"
ANN = Decider("ann", "the form was misread")


def events(bench) -> list[tuple]:
    return bench.sql("select event_id, case_id, channel, reason from core_case_event order by 1")


def test_a_record_is_released_with_a_column_set(bench) -> None:
    bench.put(ALL)
    before = bench.sql("select read, accepted, quarantined from ledger_file")
    outcome = release(bench.settings, ["1:2"], {"channel": "web"}, ANN)
    assert outcome.decided == ["1:2"] and not outcome.kept
    assert [(receipt.read, receipt.accepted) for receipt in outcome.receipts] == [(1, 1)]
    assert events(bench) == [("E1", "C1", "web", "好"), ("E2", "C2", "web", "坏")]
    assert bench.sql("select read, accepted, quarantined from ledger_file where file_id = 1") == before == [(4, 1, 3)]
    resolution = "select file_id, row_no, decision, decided_by, reason, correction_file_id, correction_row_no from ledger_resolution"
    assert bench.sql(resolution) == [(1, 2, "released", "ann", "the form was misread", 2, 1)]
    assert [row["id"] for row in quarantined(bench.settings)] == ["1:3", "1:4"]
    assert [row["state"] for row in quarantined(bench.settings, everything=True)] == ["released", "open", "open"]


def test_the_personal_key_of_a_released_record_is_the_one_that_was_delivered(bench) -> None:
    bench.put(ALL)
    release(bench.settings, ["1:2"], {"channel": "web"}, ANN)
    bench.put("\n".join([HEADER, WRONG_CHANNEL.replace("wob", "app").replace("E2", "E9")]) + "\n", "case_events-later.csv")
    assert bench.sql("select count(distinct applicant_key) from core_case_event where case_id = 'C2'") == [(1,)]


def test_a_record_that_still_does_not_fit_stays_and_nothing_changes(bench) -> None:
    bench.put(ALL)
    outcome = release(bench.settings, ["1:2"], {"channel": "pigeon"}, ANN)
    assert (outcome.decided, outcome.kept) == ([], {"1:2": ["E_ENUM:channel"]})
    assert bench.sql(
        "select (select count(*) from ledger_file), (select count(*) from core_case_event), (select count(*) from ledger_resolution)"
    ) == [(1, 1, 0)]
    assert len([path for path in bench.settings.archive_dir.rglob("*.*") if path.suffix != ".delivery"]) == 1


def test_what_cannot_be_released_is_refused_by_name(bench) -> None:
    bench.put(ALL)
    for ids, changes, told in [
        (["1:1"], {}, "1:1"),
        (["7:2"], {}, "7:2"),
        (["x"], {}, "x is no quarantined record"),
        (["1:2"], {"chanel": "web"}, "chanel"),
        (["1:3"], {}, "could not be taken apart"),
    ]:
        with pytest.raises(CallWrong, match=told):
            release(bench.settings, ids, changes, ANN)
    with pytest.raises(CallWrong, match="reason"):
        dismiss(bench.settings, ["1:2"], Decider("ann", " "))


def test_a_broken_record_is_released_with_all_its_columns(bench) -> None:
    bench.put(ALL)
    row = dict(zip(HEADER.split(","), ["E3", "C3", "received", "2026-01-01T09:00:00+08:00", "app", "", ""], strict=True))
    assert release(bench.settings, ["1:3"], row, ANN).decided == ["1:3"]
    assert events(bench)[1] == ("E3", "C3", "app", None)


def test_a_worksheet_hides_what_is_personal_and_brings_corrections_back(bench) -> None:
    bench.put(ALL)
    sheet = bench.folder / "sheet.csv"
    assert export(bench.settings, sheet) == 3
    assert sheet.stat().st_mode & 0o077 == 0
    text = sheet.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "person" not in text
    assert [row["quarantine_id"] for row in rows] == ["1:2", "1:3", "1:4"]
    assert (rows[0]["applicant_key"], rows[2]["case_id"], rows[2]["reason"]) == ("•••", "'=C4", "''x")
    rows[0]["channel"], rows[2]["occurred_at"] = "app", "2026-02-02 08:00:00"
    write_sheet(sheet, rows)
    outcome = resubmit(bench.settings, sheet, ANN)
    assert outcome.decided == ["1:2", "1:4"]
    assert set(outcome.kept["1:3"]) >= {"E_REQUIRED:event_id", "E_REQUIRED:occurred_at"}
    assert events(bench)[1:] == [("E2", "C2", "app", "坏"), ("E4", "=C4", "web", "'x")]
    assert resubmit(bench.settings, sheet, ANN).kept["1:2"] == ["not in quarantine, or decided upon already"]
    assert bench.sql("select count(*) from core_case_event") == [(3,)]


def write_sheet(path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_worksheet_in_clear_shows_what_was_delivered(bench) -> None:
    bench.put(ALL)
    export(bench.settings, bench.folder / "sheet.csv", clear=True)
    text = (bench.folder / "sheet.csv").read_text("utf-8-sig")
    assert "person-2" in text and TOO_SHORT in text


def test_a_file_that_is_no_worksheet_is_refused(bench) -> None:
    bench.put(ALL)
    path = bench.folder / "other.csv"
    for content, told in [("a,b\n1,2\n", "quarantine_id"), ("quarantine_id,b\n1:2\n", "Row 1"), ("", "cannot be read")]:
        path.write_text(content)
        with pytest.raises(CallWrong, match=told):
            resubmit(bench.settings, path, ANN)


def test_a_dismissed_record_is_kept_with_its_reason(bench) -> None:
    bench.put(ALL)
    assert dismiss(bench.settings, ["1:3", "1:4"], Decider("bo", "a test of the source")).decided == ["1:3", "1:4"]
    assert [row["id"] for row in quarantined(bench.settings)] == ["1:2"]
    assert bench.sql("select row_no, decision, decided_by, reason from ledger_resolution order by 1") == [
        (3, "dismissed", "bo", "a test of the source"),
        (4, "dismissed", "bo", "a test of the source"),
    ]
    assert bench.sql("select count(*) from ledger_quarantine") == [(3,)]


def test_equal_records_without_an_id_of_their_own_are_released_apart() -> None:
    """Two records of a source that has no ids are the same but for their place: so each of them is a row, released together or one by one."""
    emits = (
        Emission(
            feeds()["divisions"],
            {"division_code": Mapping(row_hash=True), "level": Mapping(constant="5"), "name_zh": Mapping(column="name")},
        ),
    )
    with duckdb.connect() as con:
        con.execute(create_table(emits[0].feed, "core_division"))
        con.execute(create_table(emits[0].feed, "history_division", HISTORY_META))
        for file_id, places in enumerate([("a:1",), ("a:2",), ("a:1",)], 1):
            loader = Loader(con, Source("s", emits), emits, Hasher(con, b"key"), file_id)
            frame = pl.DataFrame({"name": ["same"] * len(places), "onegate:of": places, "onegate:by": "ann"})
            loader.take(without_own(Batch(placed(frame, 0))))
            loader.counts()
        assert con.execute("select count(*) from core_division").fetchone() == (2,)


FORMATS = ["case_events.csv", "case_events.tsv", "case_events.jsonl", "case_events.csv.gz", "case_events.parquet", "case_events.xlsx"]


@pytest.mark.parametrize("name", FORMATS)
def test_originals_are_read_again_from_every_format(bench, name: str) -> None:
    put_as(bench, name)
    (record,) = delivered(bench.settings)
    assert (record.id, record.values) == ("1:2", dict(zip(HEADER.split(","), WRONG_CHANNEL.split(","), strict=True)))
    assert release(bench.settings, ["1:2"], {"channel": "web"}, ANN).decided == ["1:2"]
    assert events(bench)[1] == ("E2", "C2", "web", "坏")


def put_as(bench, name: str) -> None:
    """One good and one bad record in a format."""
    lines = [HEADER, GOOD, WRONG_CHANNEL]
    frame = pl.DataFrame([line.split(",") for line in lines[1:]], schema=HEADER.split(","), orient="row")
    path = bench.folder / name
    text = "\n".join(lines) + "\n"
    if name.endswith(".parquet"):
        frame.write_parquet(path)
    elif name.endswith(".xlsx"):
        frame.write_excel(path)
    elif name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in frame.to_dicts()))
    else:
        content = text.replace(",", "\t").encode() if name.endswith(".tsv") else text.encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    bench.report = ingest(bench.settings, [path])
    assert bench.counts() == (2, 1, 1)


def test_the_archive_alone_reproduces_what_was_decided(bench) -> None:
    """The archived files, loaded in their order into an empty installation with the same key, give the same rows and decisions."""
    bench.put(ALL)
    release(bench.settings, ["1:2"], {"channel": "web"}, ANN)
    dismiss(bench.settings, ["1:3"], Decider("bo", "a test of the source"))
    other = Settings(bench.folder / "other").prepare()
    (other.secrets_dir / "hmac.key").write_text((bench.settings.secrets_dir / "hmac.key").read_text())
    (other.secrets_dir / "hmac.key").chmod(0o600)
    for (sha256,) in bench.sql("select sha256 from ledger_file order by file_id"):
        ingest(other, [archived_path(bench.settings, sha256)], feed="case_events")
    decided = "select file_id, row_no, decision, decided_at, decided_by, reason, correction_file_id, correction_row_no from ledger_resolution order by 1, 2"
    content = "select * from core_case_event order by event_id"
    again = type(bench)(bench.folder)
    again.settings = other
    assert again.sql(decided) == bench.sql(decided)
    assert again.sql(content) == bench.sql(content)


def test_a_delivered_file_cannot_pretend_to_be_a_decision(bench) -> None:
    bench.put(ALL)
    release(bench.settings, ["1:2"], {"channel": "web"}, ANN)
    (sealed,) = bench.settings.archive_dir.rglob("*.jsonl")
    forged = json.loads(sealed.read_text()) | {OWN + "by": "the mayor", "event_id": "E77"}
    bench.put(json.dumps(forged) + "\n", "case_events-forged.jsonl")
    assert bench.sql("select distinct decided_by from ledger_resolution") == [("ann",)]
    assert bench.sql("select count(*) from core_case_event where event_id = 'E77'") == [(1,)]  # a file like any other


def test_what_a_later_definition_reads_is_not_left_open(bench) -> None:
    """The same bytes read by another definition: what the earlier reading set aside is answered by the later one."""
    bench.put(ALL)
    bench.sql("update ledger_file set definition_hash = 'an earlier one'")
    bench.put(ALL, "case_events-again.csv")
    assert bench.sql("select file_id, decision from ledger_resolution") == [(1, "reloaded")] * 3
    assert [row["id"] for row in quarantined(bench.settings)] == ["2:2", "2:3", "2:4"]


def test_the_commands(bench) -> None:
    bench.put(ALL)
    home, sheet = ["--home", str(bench.settings.home)], str(bench.folder / "sheet.csv")

    def said(*arguments: str) -> tuple[int, dict]:
        done = CliRunner().invoke(app, ["quarantine", *arguments])
        return done.exit_code, json.loads(done.stdout) if "--json" in arguments else {}

    code, listed = said(*home, "--json")
    assert (code, [row["row"] for row in listed["rows"]]) == (0, [2, 3, 4])
    assert {"source", "feed", "file", "row", "reasons", "record"} <= listed["rows"][0].keys()
    assert said("export", "-o", sheet, *home)[0] == 0
    code, outcome = said("release", "--id", "1:2", "--set", "channel=web", "--by", "ann", *home, "--json")
    assert (code, outcome["decided"], outcome["receipts"][0]["accepted"]) == (0, ["1:2"], 1)
    code, outcome = said("resubmit", sheet, *home, "--json")
    assert (code, outcome["decided"], [each["id"] for each in outcome["kept"]]) == (1, [], ["1:3", "1:4", "1:2"])
    assert said("dismiss", "--id", "1:3", "--id", "1:4", "--reason", "a test", *home)[0] == 0
    assert said(*home, "--json")[1] == {"rows": []}
    assert [row["state"] for row in said(*home, "--all", "--json")[1]["rows"]] == ["released", "dismissed", "dismissed"]
