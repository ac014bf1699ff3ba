"""Parquet: every type becomes the text that a person would write; damaged and hostile files are refused whole."""

import datetime as dt
import random
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.adapters import columnar
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records
from pipelines.adapters.source import open_source


def read(path):
    """(rows, rejects) parsed in this process: the parser by itself."""
    with open_source(path, Profile()) as source:
        batches = list(columnar.read(source, Profile()))
    return [row for batch in batches for row in batch.frame.to_dicts()], [reject for batch in batches for reject in batch.rejects]


def written(path, columns, **options):
    pq.write_table(pa.table(columns), path, **options)
    return path


NOON = dt.datetime(2024, 2, 8, 12, 0, 0, 123000)
TYPES = {
    "text": (pa.array(["007"]), "007"),
    "large": (pa.array(["x"], pa.large_string()), "x"),
    "dictionary": (pa.array(["x"]).dictionary_encode(), "x"),
    "binary": (pa.array(["张".encode()]), "张"),
    "integer": (pa.array([123456789012345678]), "123456789012345678"),
    "unsigned": (pa.array([18446744073709551615], pa.uint64()), "18446744073709551615"),
    "whole float": (pa.array([3.0]), "3"),
    "float": (pa.array([0.1]), "0.1"),
    "float32": (pa.array([0.1], pa.float32()), "0.1"),
    "float16": (pa.array([1.5], pa.float16()), "1.5"),
    "boolean": (pa.array([True]), "true"),
    "decimal": (pa.array([Decimal("1234567890.0123456789")], pa.decimal128(38, 10)), "1234567890.0123456789"),
    "decimal256": (pa.array([Decimal("1.50")], pa.decimal256(60, 2)), "1.50"),
    "date": (pa.array([NOON.date()]), "2024-02-08"),
    "local": (pa.array([NOON], pa.timestamp("ms")), "2024-02-08T12:00:00.123"),
    "seconds": (pa.array([NOON.replace(microsecond=0)], pa.timestamp("s")), "2024-02-08T12:00:00"),
    "utc": (pa.array([NOON], pa.timestamp("us", "UTC")), "2024-02-08T12:00:00.123+00:00"),
    "zoned": (pa.array([NOON], pa.timestamp("us", "Asia/Shanghai")), "2024-02-08T20:00:00.123+08:00"),
    "offset": (pa.array([NOON], pa.timestamp("us", "+05:30")), "2024-02-08T17:30:00.123+05:30"),
    "time": (pa.array([dt.time(8, 30)]), "08:30:00"),
    "duration": (pa.array([dt.timedelta(hours=3)]), "PT3H"),
    "list": (pa.array([["a", None]]), '["a", null]'),
    "struct": (pa.array([{"x": 1, "on": NOON.date()}]), '{"x": 1, "on": "2024-02-08"}'),
    "map": (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), '{"k": 1}'),
    "null": (pa.nulls(1), None),
}


@pytest.mark.parametrize("kind", TYPES)
def test_types(tmp_path, kind):  # M33
    column, expected = TYPES[kind]
    both = pa.chunked_array([column, pa.nulls(1, column.type)])
    rows, rejects = read(written(tmp_path / "a.parquet", {"x": both, "n": [1, 2]}))
    assert [row["x"] for row in rows] == [expected, None] and not rejects
    assert [row["_row"] for row in rows] == [1, 2]


def test_zero_row_groups(tmp_path):  # M33
    schema = pa.schema({"a": pa.string(), "b": pa.int64()})
    with pq.ParquetWriter(tmp_path / "a.parquet", schema):
        pass
    [batch] = read_records(tmp_path / "a.parquet")
    assert batch.frame.columns == ["a", "b", "_row", "_offset", "_length"] and batch.frame.height == 0


def test_ten_thousand_row_groups(tmp_path):  # M33
    path = written(tmp_path / "a.parquet", {"a": [str(n) for n in range(10_000)]}, row_group_size=1)
    tally = Tally()
    rows = [row for batch in read_records(path, tally=tally) for row in batch.frame["a"]]
    assert rows == [str(n) for n in range(10_000)] and tally.records == 10_000


def test_bad_values_cost_their_row(tmp_path):
    path = written(tmp_path / "a.parquet", {"a": ["x", "y\x00", "", "z"], "b": [b"\xe5", b"q", b"r", None]})
    batches = list(read_records(path))
    assert [(row["_row"], row["a"], row["b"]) for batch in batches for row in batch.frame.to_dicts()] == [(3, None, "r"), (4, "z", None)]
    assert [(reject.row, reject.code) for batch in batches for reject in batch.rejects] == [(1, "E_ENCODING"), (2, "E_CTRL")]


def test_null_words(tmp_path):
    path = written(tmp_path / "a.parquet", {"a": ["N/A", "x"]})
    assert [row for batch in read_records(path, Profile(null_values=("N/A",))) for row in batch.frame["a"]] == [None, "x"]


@pytest.mark.parametrize("names", [["a", "A"], ["a", " a"], ["_row", "b"]])
def test_names_that_cannot_be_columns(tmp_path, names):
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=names), tmp_path / "a.parquet")
    with pytest.raises(FileRefused, match="E_HEADER"):
        read(tmp_path / "a.parquet")


def flips(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for place in rng.sample(range(4, len(data)), 60):
        data[place] ^= 0xFF
    return bytes(data)


DAMAGE = {
    "truncated": lambda content: content[: len(content) // 2],
    "footer length": lambda content: content[:-8] + b"\xff\xff\xff\x7f" + content[-4:],
    "no tail": lambda content: content[:-4] + b"....",
    "head only": lambda content: content[:4],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_refuses_the_file(tmp_path, kind):  # M40
    path = written(tmp_path / "a.parquet", {"a": [f"name {n}" for n in range(500)], "b": list(range(500))})
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    with pytest.raises(FileRefused) as refused:
        list(read_records(path))
    assert refused.value.code == "E_PARQUET"


def test_flipped_bytes_refuse_the_file(tmp_path):  # M40
    content = written(tmp_path / "good.parquet", {"a": [f"name {n}" for n in range(500)], "b": list(range(500))}).read_bytes()
    for seed in range(3):
        path = tmp_path / f"{seed}.parquet"
        path.write_bytes(flips(content, random.Random(seed)))
        with pytest.raises(FileRefused) as refused:
            list(read_records(path))
        assert refused.value.code == "E_PARQUET"


def test_a_file_that_repeats_one_row_without_end(tmp_path):
    path = written(tmp_path / "a.parquet", {"a": pa.nulls(3_000_000, pa.string())}, row_group_size=3_000_000)
    with pytest.raises(FileRefused, match="E_ZIP_RATIO"):
        read(path)
