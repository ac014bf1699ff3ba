"""Reads Parquet, any types, as text (in the child process): what a person would write for each value, nested values as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.adapters.batch import Batch, FileRefused, Profile, Reject
from pipelines.adapters.columns import check_names, placed
from pipelines.adapters.source import Source

ROWS = 100_000
ROWS_PER_BYTE = 100  # a row takes some trace of a byte; a file that claims more repeats one row without end
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
INSTANT = "%Y-%m-%dT%H:%M:%S%.f"
OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
NESTED = (pl.List, pl.Array, pl.Struct, pl.Object, pl.Map)

KINDS = {
    "null": [pa.types.is_null],
    "boolean": [pa.types.is_boolean],
    "integer": [pa.types.is_integer],
    "number": [pa.types.is_floating, pa.types.is_decimal],
    "date": [pa.types.is_date],
    "instant": [pa.types.is_timestamp],
    "time": [pa.types.is_time],
    "duration": [pa.types.is_duration],
    "binary": [pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary],
    "nested": [pa.types.is_nested],
}


def read(source: Source, profile: Profile) -> Iterator[Batch]:
    """Read a Parquet file."""
    file = pq.ParquetFile(source.handle, page_checksum_verification=True)
    names = check_names(file.schema_arrow.names)
    if file.metadata.num_rows > source.size * ROWS_PER_BYTE:
        raise FileRefused("E_ZIP_RATIO", f"It claims {file.metadata.num_rows} rows in {source.size} bytes.")
    types = {field.name: _kind(field.type) for field in file.schema_arrow}
    yield Batch(placed(pl.DataFrame(schema=dict.fromkeys(names, pl.String)), 0), types=types)
    row = 0
    for batch in file.iter_batches(batch_size=ROWS):
        batch.validate(full=True)  # bytes that are not UTF-8 in a text column would be trusted otherwise
        yield _batch(batch, row)
        row += batch.num_rows
    if row != file.metadata.num_rows:
        raise FileRefused("E_PARQUET", f"It announces {file.metadata.num_rows} rows and holds {row}.")


def _kind(kind: pa.DataType) -> str:
    """Name what a column holds; a dictionary holds what its values are."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return next((name for name, tests in KINDS.items() if any(test(kind) for test in tests)), "text")


def _batch(batch: pa.RecordBatch, row: int) -> Batch:
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    texts = placed(pl.DataFrame({name: _text(column) for name, column in columns.items()}), row)
    lost = [
        pl.Series(columns[name].is_valid()) & texts[name].is_null()
        for name in columns
        if texts[name].null_count() > columns[name].null_count
    ]
    bad_bytes = (
        pl.DataFrame({str(place): each for place, each in enumerate(lost)}).select(pl.any_horizontal(pl.all())).to_series()
        if lost
        else pl.lit(False)
    )
    code = (
        pl.when(bad_bytes)
        .then(pl.lit("E_ENCODING"))
        .when(pl.any_horizontal(pl.col(pl.String).str.contains(CONTROL)))
        .then(pl.lit("E_CTRL"))
    )
    judged = texts.select(code.alias("code"))["code"]
    if judged.null_count() == texts.height:
        return Batch(texts)
    return Batch(texts.filter(judged.is_null()), _rejects(texts.filter(judged.is_not_null()), judged.drop_nulls().to_list()))


def _rejects(rows: pl.DataFrame, codes: list[str]) -> list[Reject]:
    shown = [json.dumps(row, ensure_ascii=False) for row in rows.drop("_row", "_offset", "_length").to_dicts()]
    return [Reject(row, None, None, code, text) for row, code, text in zip(rows["_row"], codes, shown, strict=True)]


def _text(column: pa.Array) -> pl.Series:
    """Return a column's values as text; what is no text at all becomes null."""
    if pa.types.is_decimal256(column.type):
        return pl.Series(pl.from_arrow(column.cast(pa.string())))
    if pa.types.is_timestamp(column.type) and (offset := OFFSET.fullmatch(column.type.tz or "")):
        return _at_offset(column, offset)
    values = pl.Series(pl.from_arrow(column))
    if isinstance(values.dtype, NESTED):
        return pl.Series(
            [None if value is None else json.dumps(value, ensure_ascii=False, default=_plain) for value in values.to_list()],
            dtype=pl.String,
        )
    if values.dtype == pl.Binary:
        return pl.Series([_decoded(value) for value in values.to_list()], dtype=pl.String)
    if values.dtype.is_float():
        return values.cast(pl.String).str.strip_suffix(".0")
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.to_string(INSTANT + ("%:z" if values.dtype.time_zone else ""))
    if values.dtype == pl.Time:
        return values.dt.to_string("%H:%M:%S%.f")
    return values.dt.to_string("iso") if values.dtype == pl.Duration else values.cast(pl.String)


def _at_offset(column: pa.Array, offset: re.Match[str]) -> pl.Series:
    """Return instants whose zone is a bare offset, which no zone database knows."""
    sign, hours, minutes = offset.groups()
    utc = pl.Series(pl.from_arrow(column.cast(pa.timestamp(column.type.unit))))
    shift = timedelta(hours=int(hours), minutes=int(minutes))
    return (utc - shift if sign == "-" else utc + shift).dt.to_string(INSTANT) + offset[0]


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _plain(value: Any) -> str:
    """Return a value inside a nested one that JSON has no form for."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
