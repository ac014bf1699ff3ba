"""JSON lines: numbers keep their text, nested values become JSON, and each way to be no row has its code."""

import gzip
import json

import pytest

from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.jsonl import read_jsonl
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source


def read(path, content: bytes, **profile):
    """(rows, rejects, tally); every record numbered once, every byte accounted for."""
    path.write_bytes(content)
    tally = Tally()
    batches = list(read_records(path, Profile(**profile), tally))
    rows = [row for batch in batches for row in batch.frame.to_dicts()]
    rejects = [reject for batch in batches for reject in batch.rejects]
    assert sorted([row["_row"] for row in rows] + [reject.row for reject in rejects]) == list(range(1, tally.records + 1))
    assert tally.accounted_bytes == len(content if path.suffix != ".gz" else gzip.decompress(content))
    return rows, rejects, tally


def test_values_become_text(tmp_path):
    line = '{"id": "007", "n": 1.50, "big": 123456789012345678901234567890, "yes": true, "no": false, "none": null, "list": ["a", 1.5], "of": {"x": 1}, "empty": ""}\n'
    rows, _, _ = read(tmp_path / "a.jsonl", line.encode())
    assert rows == [
        {
            "id": "007",
            "n": "1.50",
            "big": "123456789012345678901234567890",
            "yes": "true",
            "no": "false",
            "none": None,
            "list": '["a", 1.5]',
            "of": '{"x": 1}',
            "empty": None,
            "_row": 1,
            "_offset": 0,
            "_length": len(line),
        }
    ]


def test_columns_are_those_that_occur(tmp_path):
    rows, _, _ = read(tmp_path / "a.ndjson", b'{"a":"1"}\r\n\r\n   \r\n{"b":"2","a":"3"}')
    assert [(row["a"], row["b"], row["_row"], row["_offset"], row["_length"]) for row in rows] == [
        ("1", None, 1, 0, 11),
        ("3", "2", 2, 18, 17),
    ]


BAD = {
    '{"case_id":"1","case_id":"2"}': "E_JSON_DUPKEY",  # M35
    '{"a":{"b":1,"b":2}}': "E_JSON_DUPKEY",
    '{"a":1,"a" :1}': "E_JSON_DUPKEY",
    '{"a":NaN}': "E_TYPE_NUM",  # M36
    '{"a":-Infinity}': "E_TYPE_NUM",
    '{"a":1e999999}': "E_TYPE_NUM",
    '{"a":[1e999999]}': "E_TYPE_NUM",
    '{"a":' + "1" * 900_000 + "}": "E_TYPE_NUM",
    '{"a":0.' + "1" * 900_000 + "}": "E_TYPE_NUM",
    "[" * 100_000: "E_JSON_DEPTH",
    "[" * 100_000 + "]" * 100_000: "E_JSON_DEPTH",
    '{"a":' * 100_000: "E_JSON_DEPTH",
    '{"a":' * 70 + "1" + "}" * 70: "E_JSON_DEPTH",
    '{"' + "k" * 10_000_000 + '":1}': "E_TOO_LONG",
    "[1]": "E_JSON_SHAPE",
    '"text"': "E_JSON_SHAPE",
    "null": "E_JSON_SHAPE",
    "12": "E_JSON_SHAPE",
    '{"_row":1}': "E_JSON_SHAPE",
    "{": "E_JSON_SYNTAX",
    "{'a':1}": "E_JSON_SYNTAX",
    '{"a":1}{"a":2}': "E_JSON_SYNTAX",
    '{"a":1},': "E_JSON_SYNTAX",
    '{"a":01}': "E_JSON_SYNTAX",
    '{"a":"x\ty"}': "E_JSON_SYNTAX",
    '{"a":"x\\u0000y"}': "E_CTRL",
    '{"a\\b":"x"}': "E_CTRL",
    '{"a":"\\ud800"}': "E_ENCODING",
    '{"a":["\\ud800"]}': "E_ENCODING",
    "a,b": "E_JSON_SYNTAX",
}


@pytest.mark.parametrize(("line", "code"), BAD.items(), ids=[f"{place}-{code}" for place, code in enumerate(BAD.values())])
def test_a_bad_line_costs_itself_only(tmp_path, line, code):
    rows, rejects, _ = read(tmp_path / "a.jsonl", ('{"a":"1"}\n' + line + '\n{"a":"3"}\n').encode())
    assert [(row["_row"], row["a"]) for row in rows] == [(1, "1"), (3, "3")]
    assert [(reject.row, reject.code, reject.offset, reject.length) for reject in rejects] == [(2, code, 10, len(line) + 1)]
    assert rejects[0].text == line or code == "E_TOO_LONG"


def test_escapes_that_are_fine(tmp_path):
    rows, _, _ = read(tmp_path / "a.jsonl", b'{"a":"x\\n\\t\\r\\u5f20\\ud842\\udfb7\\\\u0000\\u0085"}\n{"b":"\\u2028"}')
    assert (rows[0]["a"], rows[1]["b"]) == ("x\n\t\r张𠮷\\u0000\u0085", "\u2028")


def test_separators_are_line_ends_only(tmp_path):
    rows, rejects, _ = read(tmp_path / "a.jsonl", '{"a":"x\u2028\u0085y"}\r{"a":"z"}\n'.encode())
    assert [row["a"] for row in rows] == ["x\u2028\u0085y", "z"] and not rejects


@pytest.mark.parametrize("content", ['[{"a":1},{"a":2}]', '[\n{"a":1}\n]', ' [ {"a":1}]'])
def test_an_array_is_refused(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(FileRefused, match="E_JSON_SHAPE.*one object a line"):
        list(read_records(path))


def test_endless_new_keys_are_no_table(tmp_path):
    content = "".join(json.dumps({f"k{n}-{m}": 1 for m in range(10)}) + "\n" for n in range(500))
    rows, rejects, _ = read(tmp_path / "a.jsonl", content.encode())
    assert len(rows) == 409
    assert {reject.code for reject in rejects} == {"E_JSON_SHAPE"}


def test_words_for_nothing_and_gzip(tmp_path):
    rows, _, _ = read(tmp_path / "a.jsonl.gz", gzip.compress(b'{"a":"NULL"}\n'), null_values=("NULL",))
    assert rows[0]["a"] is None


def test_blocks_do_not_show(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(b'{"a":"%d","b":%d}\r\n' % (n, n) for n in range(2000)) + b'{"a":' + b"1" * 3_000_000 + b'}\n{"a":"last"}')
    seen = []
    for block in (64, 1 << 25):
        with open_source(path, Profile()) as source:
            batches = list(read_jsonl(source, Profile(), Tally(), block))
        rows = [(row["a"], row["_row"], row["_offset"]) for batch in batches for row in batch.frame.to_dicts()]
        seen.append((rows, [reject for batch in batches for reject in batch.rejects]))
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 2001
    assert [(reject.row, reject.code) for reject in seen[0][1]] == [(2001, "E_TOO_LONG")]
