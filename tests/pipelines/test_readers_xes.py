"""XES event logs: one record an event, every event counted, nothing expanded."""

import gzip

import pytest

from pipelines.adapters import xes
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source

OPEN = '<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/" xes.version="1.0">'
EXTRAS = (
    '<extension name="Concept" prefix="concept" uri="http://x/"/><classifier name="c" keys="concept:name"/><string key="concept:name" value="the log"/>'
    '<global scope="event"><string key="concept:name" value="unset"/></global>'
)


def event(*attributes: str) -> str:
    return f"<event>{''.join(attributes)}</event>"


def text(key: str, value: str) -> str:
    return f'<string key="{key}" value="{value}"/>'


def trace(name: str, *parts: str) -> str:
    return f"<trace>{text('concept:name', name)}{''.join(parts)}</trace>"


def log(*parts: str) -> bytes:
    return (OPEN + EXTRAS + "".join(parts) + "</log>").encode()


def read(path, content: bytes):
    """(rows without empty columns, rejects) parsed in this process: the parser by itself."""
    path.write_bytes(content)
    with open_source(path, Profile()) as source:
        batches = list(xes.read(source, Profile()))
    rows = [{name: value for name, value in row.items() if value is not None} for batch in batches for row in batch.frame.to_dicts()]
    return rows, [reject for batch in batches for reject in batch.rejects]


def test_events_with_their_case(tmp_path):
    started = '<date key="time:timestamp" value="2014-05-20T01:00:00.000+02:00"/>'
    number = '<int key="n" value="5"/><float key="f" value="1.50"/><boolean key="b" value="true"/><id key="i" value="x-1"/>'
    rows, rejects = read(
        tmp_path / "a.xes", log(trace("C1", event(text("concept:name", "A"), started, number), text("late", "also")), trace("C2", event()))
    )
    assert rows == [
        {
            "case:concept:name": "C1",
            "case:late": "also",
            "concept:name": "A",
            "time:timestamp": "2014-05-20T01:00:00.000+02:00",
            "n": "5",
            "f": "1.50",
            "b": "true",
            "i": "x-1",
            "_row": 1,
        },
        {"case:concept:name": "C2", "_row": 2},
    ]
    assert not rejects


def test_attributes_in_attributes(tmp_path):
    inner = '<string key="who" value="me"><int key="age" value="3"/></string>'
    listed = '<list key="l"><values><string key="k" value="x"/><string key="k" value="y"/></values></list>'
    contained = '<container key="c"><string key="k" value="x"/><int key="n" value="1"/></container>'
    rows, _ = read(tmp_path / "a.xes", log(trace("C", event(inner, listed, contained))))
    assert rows == [{"case:concept:name": "C", "who": "me", "who/age": "3", "l": '["x", "y"]', "c": '{"k": "x", "n": "1"}', "_row": 1}]


def test_every_event_is_counted(tmp_path):  # M46
    parts = [
        trace("C1", event(text("a", "no concept:name")), event('<date key="time:timestamp" value="some day"/>')),
        trace("C1", event(text("id", "7")), event(text("id", "7"))),
        f"<trace>{event(text('a', 'no case'))}</trace>",
        event(text("a", "no trace")),
        trace("C2", event(text("a", "1"), text("a", "2")), event('<string key="a"/>'), event('<string value="a"/>'), event("<strange/>")),
    ]
    rows, rejects = read(tmp_path / "a.xes", log(*parts))
    assert [row["_row"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[1]["time:timestamp"] == "some day"
    assert "case:concept:name" not in rows[4] and "case:concept:name" not in rows[5]
    assert [(reject.row, reject.code) for reject in rejects] == [(7, "E_JSON_DUPKEY"), (8, "E_XML"), (9, "E_XML"), (10, "E_XML")]
    assert '<string key="a" value="2"/>' in rejects[0].text


def test_a_broken_case_costs_its_events(tmp_path):
    rows, rejects = read(
        tmp_path / "a.xes", log(trace("C1", text("concept:name", "C2"), event(text("a", "1"))), trace("C3", event(text("a", "2"))))
    )
    assert [row["case:concept:name"] for row in rows] == ["C3"]
    assert [(reject.row, reject.code) for reject in rejects] == [(1, "E_JSON_DUPKEY")]


def test_no_namespace_other_prefix_comments_and_other_encoding(tmp_path):
    plain = (
        '<?xml version="1.0" encoding="GBK"?><!-- <!DOCTYPE x> --><log><trace><string key="a" value="张三"/><event/></trace></log>'.encode(
            "gbk"
        )
    )
    prefixed = '<x:log xmlns:x="http://www.xes-standard.org/"><x:trace><!-- hm --><x:event><x:string key="a" value="1"/></x:event></x:trace></x:log>'
    assert read(tmp_path / "a.xes", plain)[0] == [{"case:a": "张三", "_row": 1}]
    assert read(tmp_path / "b.xes", prefixed.encode())[0] == [{"a": "1", "_row": 1}]


def test_gzip_through_the_door(tmp_path):
    path = tmp_path / "a.xes.gz"
    path.write_bytes(
        gzip.compress(log(*[trace(f"C{n}", event(text("a", "1")), event(text("a", "1"), text("a", "2"))) for n in range(300)]))
    )
    tally = Tally()
    batches = list(read_records(path, tally=tally))
    assert (sum(batch.frame.height for batch in batches), sum(len(batch.rejects) for batch in batches), tally.records) == (300, 300, 600)


BILLION = '<!DOCTYPE log [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><log><trace/></log>'
FILE_ENTITY = '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log><trace><event><string key="a" value="1">&x;</string></event></trace></log>'
HOSTILE = {
    "nested": ("<log>" + "<string>" * 200_000, "E_XML_DEPTH"),  # M45
    "nested events": (OPEN + "<trace><event>" + '<string key="a" value="b">' * 100, "E_XML_DEPTH"),
    "endless attribute": (OPEN + '<trace><event><string key="a" value="' + "x" * 50_000_000 + '"/></event></trace></log>', "E_TOO_LONG"),
    "endless event": (
        OPEN + "<trace><event>" + "".join(text(f"k{n}", "1") for n in range(200_000)) + "</event></trace></log>",
        "E_TOO_LONG",
    ),
    "doctype": (BILLION, "E_XML_DTD"),
    "file entity": (FILE_ENTITY, "E_XML_DTD"),
    "cut off": (OPEN + "<trace><event>", "E_XML"),
    "not xml": ("case_id,event_type\n1,2\n", "E_XML"),
    "not a log": ("<html><body/></html>", "E_XML"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_logs_are_refused(tmp_path, kind):  # M45
    content, code = HOSTILE[kind]
    path = tmp_path / "a.xes"
    path.write_text(content)
    with pytest.raises(FileRefused) as refused:
        if "endless" in kind or "nested" in kind:
            list(read_records(path))
        else:
            read(path, content.encode())
    assert refused.value.code == code
