"""OCEL 2.0 logs: one record an event and case object; what flattening loses or repeats is seen; hostile logs are refused."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines import source as source_module
from pipelines.adapters import ocel
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source
from pipelines.ingest import ingest
from pipelines.source import load
from warehouse.settings import Settings

OBJECTS = [
    {
        "id": "A1",
        "type": "Application",
        "attributes": [
            {"name": "district", "time": "1970-01-01T00:00:00Z", "value": "Riverside"},
            {"name": "district", "time": "2024-02-10T00:00:00+08:00", "value": "Hill"},
        ],
    },
    {"id": "A2", "type": "Application"},
    {"id": "P1", "type": "Permit", "attributes": []},
    {"id": "P2", "type": "Permit"},
]


def event(name: str, kind: str, time: str, *objects: str | tuple[str, str], **attributes: Any) -> dict[str, Any]:
    relationships = [
        {"objectId": each, "qualifier": ""} if isinstance(each, str) else {"objectId": each[0], "qualifier": each[1]} for each in objects
    ]
    listed = [{"name": key, "value": value} for key, value in attributes.items()]
    return {"id": name, "type": kind, "time": time, "attributes": listed, "relationships": relationships}


EVENTS = [
    event("e1", "submit", "2024-02-08T09:30:00+08:00", ("A1", "of"), ("A1", "by"), "P1", "P2", fee=12.50, online=True),
    event("e2", "decide", "2024-02-10T00:00:00+08:00", "A1", "A2"),
    event("e3", "print", "2024-02-11T00:00:00Z", "P1", "elsewhere"),
]


def log(events: list[Any] = EVENTS, objects: list[Any] = OBJECTS) -> dict[str, Any]:
    return {"objectTypes": [{"name": "Application", "attributes": []}], "eventTypes": [], "objects": objects, "events": events}


def read(path: Path, content: bytes | str | dict[str, Any], object_type: str | None = "Application"):
    """(rows without empty columns, rejects) parsed in this process: the parser by itself."""
    path.write_bytes(content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content)).encode())
    profile = Profile(object_type=object_type)
    with open_source(path, profile) as source:
        assert source.format == "ocel"
        batches = list(ocel.read(source, profile))
    rows = [{name: value for name, value in row.items() if value is not None} for batch in batches for row in batch.frame.to_dicts()]
    return rows, [(reject.row, reject.code) for batch in batches for reject in batch.rejects]


FLAT = [
    {
        "event:id": "e1", "concept:name": "submit", "time:timestamp": "2024-02-08T09:30:00+08:00", "fee": "12.5", "online": "true", "object:Permit": "P1|P2",
        "case:concept:name": "A1", "case:qualifier": "of|by", "case:district": "Riverside", "_row": 1,
    },
    {"event:id": "e2", "concept:name": "decide", "time:timestamp": "2024-02-10T00:00:00+08:00", "case:concept:name": "A1", "case:district": "Hill", "_row": 2},
    {"event:id": "e2", "concept:name": "decide", "time:timestamp": "2024-02-10T00:00:00+08:00", "case:concept:name": "A2", "_row": 3},
    {"event:id": "e3", "concept:name": "print", "time:timestamp": "2024-02-11T00:00:00Z", "object:Permit": "P1", "object:unknown": "elsewhere", "_row": 4},
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.jsonocel", "a.json"])
def test_one_record_an_event_and_case(tmp_path: Path, name: str) -> None:
    assert read(tmp_path / name, log()) == (FLAT, [])


def test_another_object_type_is_another_log(tmp_path: Path) -> None:
    rows, rejects = read(tmp_path / "a.jsonocel", log(), "Permit")
    assert [(row["event:id"], row.get("case:concept:name"), row.get("object:Application")) for row in rows] == [
        ("e1", "P1", "A1"), ("e1", "P2", "A1"), ("e2", None, "A1|A2"), ("e3", "P1", None),
    ]  # fmt: skip
    assert not rejects


XML = """<?xml version="1.0" encoding="UTF-8"?>
<log><object-types><object-type name="Application"><attributes><attribute name="district" type="string"/></attributes></object-type></object-types>
<event-types/>
<objects>
  <object id="A1" type="Application"><attributes><attribute name="district" time="1970-01-01T00:00:00Z">Riverside</attribute>
    <attribute name="district" time="2024-02-10T00:00:00+08:00">Hill</attribute></attributes><objects><relationship object-id="P1" qualifier="x"/></objects></object>
  <object id="A2" type="Application"/><object id="P1" type="Permit"/><object id="P2" type="Permit"/>
</objects>
<events>
  <event id="e1" type="submit" time="2024-02-08T09:30:00+08:00"><attributes><attribute name="fee">12.5</attribute><attribute name="online">true</attribute></attributes>
    <objects><relationship object-id="A1" qualifier="of"/><relationship object-id="A1" qualifier="by"/><relationship object-id="P1"/><relationship object-id="P2"/></objects></event>
  <event id="e2" type="decide" time="2024-02-10T00:00:00+08:00"><objects><relationship object-id="A1"/><relationship object-id="A2"/></objects></event>
  <event id="e3" type="print" time="2024-02-11T00:00:00Z"><objects><relationship object-id="P1"/><relationship object-id="elsewhere"/></objects></event>
</events></log>"""


def test_xml_says_the_same(tmp_path: Path) -> None:
    assert read(tmp_path / "a.xmlocel", XML) == (FLAT, [])
    assert read(tmp_path / "b.xmlocel", XML.replace("<log>", '<log xmlns="http://x/">')) == (FLAT, [])


def test_the_only_object_type_needs_no_choice(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.jsonocel", log(EVENTS[1:2], OBJECTS[:2]), None)
    assert [row["case:concept:name"] for row in rows] == ["A1", "A2"]


BAD = {
    "no list": (7, "E_JSON_SHAPE"),
    "no id": ({"type": "t", "time": "2024-01-01"}, "E_JSON_SHAPE"),
    "no time": ({"id": "x", "type": "t", "time": None}, "E_JSON_SHAPE"),
    "a list as id": ({"id": ["x"], "type": "t", "time": "2024-01-01"}, "E_JSON_SHAPE"),
    "attribute twice": (
        {**event("x", "t", "2024-01-01"), "attributes": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]},
        "E_JSON_DUPKEY",
    ),
    "reserved": (event("x", "t", "2024-01-01", **{"event:id": "other"}), "E_JSON_DUPKEY"),
    "attributes": ({"id": "x", "type": "t", "time": "2024-01-01", "attributes": {"a": 1}}, "E_JSON_SHAPE"),
    "relationship": ({"id": "x", "type": "t", "time": "2024-01-01", "relationships": ["A1"]}, "E_JSON_SHAPE"),
    "control": (event("x\x00", "t", "2024-01-01"), "E_CTRL"),
    "half a character": (event("x", "\ud800", "2024-01-01"), "E_ENCODING"),
    "NaN": (event("x", "t", "2024-01-01", a=float("nan")), "E_TYPE_NUM"),
    "too many objects": (event("x", "t", "2024-01-01", *["A1"] * 1001), "E_TOO_LONG"),
    "too long": (event("x", "t", "2024-01-01", "A1", a="x" * 1_000_001), "E_TOO_LONG"),
}


@pytest.mark.parametrize("kind", BAD)
def test_an_event_that_is_no_row_is_set_aside_alone(tmp_path: Path, kind: str) -> None:
    bad, code = BAD[kind]
    rows, rejects = read(tmp_path / "a.jsonocel", log([EVENTS[1], bad, EVENTS[2]]))
    assert [row["_row"] for row in rows] == [1, 2, 4]
    assert rejects == [(3, code)]


def test_a_key_that_stands_twice_in_an_event(tmp_path: Path) -> None:
    text = json.dumps(log()).replace('"id": "e2"', '"id": "e2", "id": "e9"')
    rows, rejects = read(tmp_path / "a.jsonocel", text)
    assert ([row["event:id"] for row in rows], rejects) == (["e1", "e3"], [(2, "E_JSON_DUPKEY")])


DOCTYPE = '<!DOCTYPE log [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><log><events><event id="&b;" type="t" time="1"/></events></log>'
REFUSED = {
    "several types": ("a.jsonocel", json.dumps(log()), "E_OCEL_CASE"),
    "first version": ("a.jsonocel", json.dumps({"ocel:global-log": {}, "ocel:events": {}}), "E_OCEL"),
    "no objects": ("a.jsonocel", json.dumps({"events": []}), "E_OCEL"),
    "one id twice": ("a.jsonocel", json.dumps(log(EVENTS, [OBJECTS[1], OBJECTS[1]])), "E_OCEL"),
    "an object without a type": ("a.jsonocel", json.dumps(log(EVENTS, [{"id": "A1"}])), "E_OCEL"),
    "cut off": ("a.jsonocel", json.dumps(log())[:-30], "E_JSON_SYNTAX"),
    "no event at all": ("a.jsonocel", json.dumps(log([{}] * 10_000, [])), "E_OCEL"),
    "too many parts": ("a.jsonocel", '{"objects": [], "events": [' + "{}," * 1_000_001, "E_SIZE"),
    "an array": ("a.jsonocel", "[]", "E_OCEL"),
    "nested": ("a.jsonocel", '{"events": ' + "[" * 200_000, "E_JSON_DEPTH"),
    "latin": ("a.jsonocel", b'{"events": ["\xe9"]}', "E_ENCODING"),
    "doctype": ("a.xmlocel", DOCTYPE, "E_XML_DTD"),
    "nested elements": ("a.xmlocel", "<log>" + "<events>" * 100_000, "E_XML_DEPTH"),
    "endless event": ("a.xmlocel", '<log><events><event id="e" type="t" time="1">' + "<attributes/>" * 20_000, "E_TOO_LONG"),
    "no event in xml": ("a.xmlocel", "<log><events>" + "<event/>" * 10_000, "E_OCEL"),
    "cut off xml": ("a.xmlocel", XML[:-30], "E_XML"),
    "another root": ("a.xmlocel", "<html/>", "E_XML"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, kind: str) -> None:
    name, content, code = REFUSED[kind]
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / name, content, None)
    assert refused.value.code == code


def test_a_log_that_swells_is_refused_in_a_process_of_its_own(tmp_path: Path) -> None:
    many = [{"id": f"A{n}", "type": "Application"} for n in range(1000)]
    wide = [event(f"e{n}", "t", "2024-01-01", *[each["id"] for each in many], note="x" * 9_000) for n in range(40)]
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(json.dumps(log(wide, many)).encode()))
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == "E_SIZE"


def test_through_the_door(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonocel.gz"
    path.write_bytes(gzip.compress(json.dumps(log([*EVENTS, 7])).encode()))
    tally = Tally()
    batches = list(read_records(path, Profile(object_type="Application"), tally))
    assert (sum(batch.frame.height for batch in batches), sum(len(batch.rejects) for batch in batches), tally.records) == (4, 1, 5)
    assert tally.format == "ocel"


@pytest.mark.parametrize("name", ["a.jsonocel", "a.xmlocel"])
def test_mutated_logs_are_read_or_refused(tmp_path: Path, name: str) -> None:
    good, chance = (json.dumps(log()) if name == "a.jsonocel" else XML).encode(), random.Random(5)
    outcomes = set()
    for _ in range(200):
        content = bytearray(good)
        for _ in range(chance.randint(1, 5)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 2))
        try:
            rows, rejects = read(tmp_path / name, bytes(content))
            outcomes.add("read")
            assert [row["_row"] for row in rows] + [row for row, _ in rejects] and len(rows) + len(rejects) <= 5
        except FileRefused as refused:
            outcomes.add(refused.code)
    assert outcomes >= {"read", "E_JSON_SYNTAX" if name == "a.jsonocel" else "E_XML"}


@pytest.mark.parametrize("line", ['{"case_id": "1"}\n', '{"eventTypes": "x", "events": 1}\n'])
def test_json_lines_stay_json_lines(tmp_path: Path, line: str) -> None:
    for name, content in (("a.json", line * 3), ("a.jsonl", json.dumps(log()))):
        (tmp_path / name).write_text(content)
        with open_source(tmp_path / name, Profile()) as source:
            assert source.format == "jsonl"


def test_a_definition_says_what_the_case_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {
        "event_id": {"join": ["event:id", "case:concept:name"]}, "case_id": "case:concept:name", "occurred_at": "time:timestamp",
        "event_type": {"column": "concept:name", "codes": {"submit": "submitted", "decide": "decided", "print": "result_ready"}}, "channel": {"constant": "other"},
    }  # fmt: skip
    body = {
        "source": "permits",
        "files": ["permits*"],
        "read": {"object_type": "Application"},
        "emits": [{"feed": "case_events", "columns": columns}],
    }
    (tmp_path / "permits.yaml").write_text(yaml.safe_dump(body, sort_keys=False), "utf-8")
    made = load(tmp_path / "permits.yaml")
    monkeypatch.setattr(source_module, "sources", lambda: {made.id: made})
    (tmp_path / "permits.json").write_text(json.dumps(log([*EVENTS, event("e4", "lose", "2024-03-01T00:00:00Z", "A1")])))
    settings = Settings(tmp_path / "home").prepare()
    (receipt,) = ingest(settings, [tmp_path / "permits.json"], source="permits").receipts
    assert (receipt.read, receipt.accepted, receipt.quarantined) == (5, 3, 2)
    with duckdb.connect(str(settings.warehouse_path)) as con:
        assert con.execute("select event_id, case_id, event_type from core_case_event order by 1").fetchall() == [
            ("e1:A1", "A1", "submitted"), ("e2:A1", "A1", "decided"), ("e2:A2", "A2", "decided"),
        ]  # fmt: skip
        assert con.execute("select row_no, reasons from ledger_quarantine order by 1").fetchall() == [
            (4, ["E_REQUIRED:case_id"]),
            (5, ["E_ENUM:event_type"]),
        ]
