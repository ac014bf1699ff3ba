"""Reads Parquet, any types, as text (in the child process): what a person would write for each value, nested values as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.adapters.batch import Batch, FileRefused, Profile, Reject
from pipelines.adapters.columns import check_names, placed
from pipelines.adapters.source import Source

ROWS = 100_000
ROWS_PER_BYTE = 1000  # a row takes some trace of a byte; a file that claims more repeats one row without end
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
NESTED = (pl.List, pl.Array, pl.Struct, pl.Object, pl.Map)


def read(source: Source, profile: Profile) -> Iterator[Batch]:
    """Read a Parquet file."""
    file = pq.ParquetFile(source.handle, page_checksum_verification=True)
    names = check_names(file.schema_arrow.names)
    if file.metadata.num_rows > source.size * ROWS_PER_BYTE:
        raise FileRefused("E_ZIP_RATIO", f"It claims {file.metadata.num_rows} rows in {source.size} bytes.")
    yield Batch(placed(pl.DataFrame(schema=dict.fromkeys(names, pl.String)), 0))
    row = 0
    for batch in file.iter_batches(batch_size=ROWS):
        batch.validate(full=True)  # bytes that are not UTF-8 in a text column would be trusted otherwise
        yield _batch(batch, row)
        row += batch.num_rows
    if row != file.metadata.num_rows:
        raise FileRefused("E_PARQUET", f"It announces {file.metadata.num_rows} rows and holds {row}.")


def _batch(batch: pa.RecordBatch, row: int) -> Batch:
    columns = [_series(batch.column(place)).alias(name) for place, name in enumerate(batch.schema.names)]
    texts = placed(pl.DataFrame({column.name: _text(column) for column in columns}), row)
    bad_bytes = pl.any_horizontal(
        [pl.lit(False)] + [column.is_not_null() & texts[column.name].is_null() for column in columns if column.dtype == pl.Binary]
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
    shown = rows.drop("_row", "_offset", "_length").to_dicts()
    return [
        Reject(row, None, None, code, json.dumps(text, ensure_ascii=False))
        for row, code, text in zip(rows["_row"], codes, shown, strict=True)
    ]


def _series(column: pa.Array) -> pl.Series:
    return pl.Series(pl.from_arrow(column.cast(pa.string()) if pa.types.is_decimal256(column.type) else column))


def _text(column: pl.Series) -> pl.Series:
    """Return a column's values as text."""
    dtype = column.dtype
    if isinstance(dtype, NESTED):
        return pl.Series(
            column.name,
            [None if value is None else json.dumps(value, ensure_ascii=False, default=_plain) for value in column.to_list()],
            pl.String,
        )
    if dtype == pl.Binary:
        return pl.Series(column.name, [_decoded(value) for value in column.to_list()], pl.String)
    if dtype.is_float():
        return column.cast(pl.String).str.strip_suffix(".0")
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f" + ("%:z" if dtype.time_zone else ""))
    if dtype == pl.Time:
        return column.dt.to_string("%H:%M:%S%.f")
    if dtype == pl.Duration:
        return column.dt.to_string("iso")
    return column.cast(pl.String)


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
