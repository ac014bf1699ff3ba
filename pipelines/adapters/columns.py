"""Frames of text columns: names that may be columns, rows into frames, and what counts as empty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from pipelines.adapters.batch import PLACE, Batch, FileRefused

CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
CONTROL_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
MAX_COLUMNS = 4096


def check_names(names: Sequence[str]) -> list[str]:
    """Return the column names as they stand, or refuse the file: doubled, reserved or too many."""
    seen: set[str] = set()
    for name in names:
        known = name.strip().casefold()
        if known in seen:
            raise FileRefused("E_HEADER", f"Two columns are named {name.strip()!r}; name every column once.")
        if known in PLACE:
            raise FileRefused("E_HEADER", f"A column is named {name.strip()!r}, which is kept for the place of a row; name it otherwise.")
        seen.add(known)
    if len(names) > MAX_COLUMNS:
        raise FileRefused("E_HEADER", f"It has {len(names)} columns; at most {MAX_COLUMNS} are read.")
    return list(names)


def text_frame(
    names: Sequence[str], rows: Sequence[Iterable[str | None]], places: Sequence[tuple[int, int | None, int | None]]
) -> pl.DataFrame:
    """Make a frame of rows of text and their places. Empty text is null."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    texts = {
        name: pl.Series(values, dtype=pl.String) for name, values in zip(names, columns, strict=True)
    }  # a list would rename a column named ""
    frame = pl.DataFrame(texts).with_columns(pl.when(pl.all() != "").then(pl.all()))
    where = list(zip(*places, strict=True)) if places else [()] * len(PLACE)
    return frame.with_columns(pl.Series(name, values, dtype) for (name, dtype), values in zip(PLACE.items(), where, strict=True))


def with_nulls(batch: Batch, null_values: tuple[str, ...]) -> Batch:
    """Turn the words by which a source writes "nothing" into nulls."""
    words = [word for word in null_values if word]
    if not words:
        return batch
    return Batch(batch.frame.with_columns(pl.when(~pl.col(pl.String).is_in(words)).then(pl.col(pl.String))), batch.rejects, batch.types)


def placed(frame: pl.DataFrame, rows_before: int) -> pl.DataFrame:
    """Number the rows of a format that has no places in bytes."""
    row = pl.int_range(rows_before + 1, rows_before + 1 + pl.len(), dtype=pl.Int64).alias("_row")
    nowhere = [pl.lit(None, pl.Int64).alias(name) for name in PLACE if name != "_row"]
    return frame.with_columns(row, *nowhere)
