"""From a batch of text records to typed rows of one feed, in vectorised steps; a row that does not fit is set aside whole, with every reason."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines import casts
from pipelines.choosing import contradicted, outside_only, refusal, unmapped
from pipelines.headers import match_headers, spellings
from pipelines.source import Emission, Mapping, Source
from warehouse.contract import Feed, local_date
from warehouse.engine.duckdb import HOUR_OF

EXTRA = {"source_version": "integer", "deleted": "boolean"}
FREE_TEXT = ("name_zh", "name_en", "reason", "visit_reason", "detail", "legal_basis")


@dataclass(frozen=True)
class Conformed:
    """Rows of one feed: `rows` (core columns, source_version, is_deleted, row_no), `faults` (row_no, reason), one line a reason."""

    rows: pl.DataFrame
    faults: pl.DataFrame


class HeaderUnfit(ValueError):
    """A file whose columns cannot become the feed's: a required one is missing, or one is of another type."""


def check_header(names: list[str], emission: Emission) -> None:
    """Refuse a file whose header cannot give every required column."""
    feed = emission.feed
    if emission.columns:
        missing = sorted(
            {lacking for name in feed.required if name in emission.columns for lacking in emission.columns[name].missing(names)}
        )
        sentence = "the source's definition reads"
    else:
        missing = sorted(set(feed.required) - set(match_headers(names, feed).values()))
        sentence = f"feed {feed.name} requires"
    if missing:
        raise HeaderUnfit(f"E_SCHEMA_MISSING: {sentence} the column {', '.join(missing)}, and the file does not have it")


def check_types(types: dict[str, str], emission: Emission) -> None:
    """Refuse a file whose columns are declared to be of types that cannot become the feed's; files of text declare none."""
    feed = emission.feed
    declared = {**feed.columns, **EXTRA}
    if emission.columns:
        kinds = {mapping.column: declared[name] for name, mapping in emission.columns.items() if mapping.column}
    else:
        kinds = {header: declared[name] for header, name in match_headers(list(types), feed).items()}
    unfit = [f"{name} ({types[name]}, not {kind})" for name, kind in kinds.items() if types.get(name) in _UNFIT[kind]]
    if unfit:
        raise HeaderUnfit(f"E_SCHEMA_TYPE: feed {feed.name} cannot take the type of column {', '.join(unfit)}")


_CLOCK = {"time", "duration", "nested"}
_UNFIT = {
    "text": {"nested"}, "key": {"nested"}, "json": set(), "list": set(), "instant": _CLOCK | {"boolean"}, "date": _CLOCK | {"boolean"},
    "boolean": _CLOCK | {"date", "instant"}, "integer": _CLOCK | {"date", "instant", "boolean"}, "number": _CLOCK | {"date", "instant", "boolean"},
}  # fmt: skip


def conform(frame: pl.DataFrame, emission: Emission, source: Source) -> Conformed:
    """Type the text records of `frame` (columns as in the file, `_row`) as rows of the emission's feed."""
    feed = emission.feed
    text = _mapped(frame, emission) if emission.columns else _canonical(frame, feed)
    text = _trimmed(text, feed, source)
    types = {**feed.columns, **EXTRA}
    rows, bad = _typed(text, feed, source, emission, types)
    rows = rows.with_columns(
        pl.col("source_version").fill_null(1), pl.col("deleted").fill_null(False).alias("is_deleted"), frame["_row"].alias("row_no")
    ).drop("deleted")
    bad |= _missing(rows, text, feed)
    for reason, flags in [*_outside(text, rows, feed).items(), *_refused(frame, text, emission, source)]:
        bad[reason] = bad[reason] | flags if reason in bad else flags
    faults = _faults(bad, frame["_row"])
    if not faults.is_empty():
        rows = rows.filter(~pl.col("row_no").is_in(faults["row_no"].implode()))
    return Conformed(rows, faults)


def _canonical(frame: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    found = spellings([name for name in frame.columns if not name.startswith("_")], feed)
    return frame.select(pl.coalesce(headers).alias(column) for column, headers in found.items())


def _mapped(frame: pl.DataFrame, emission: Emission) -> pl.DataFrame:
    made = [_expression(mapping).alias(name) for name, mapping in emission.columns.items()]
    return frame.select("_row", *made).drop("_row")  # as tall as the frame, even if every column is a constant


def _refused(frame: pl.DataFrame, text: pl.DataFrame, emission: Emission, source: Source) -> list[tuple[str, pl.Series]]:
    """Per reason the records with a code that the definition does not name, or with a code and words that contradict one another."""
    refused = list(outside_only(frame, emission, source.null_tokens).items())
    for name, mapping in emission.columns.items():
        if mapping.is_closed:
            foreign = frame.select(unmapped(mapping, _cut(_origin(mapping), mapping), source.null_tokens)).to_series()
            refused += [
                (refusal(name, emission.feed), foreign),
                (f"E_CONTRADICT:{name}", contradicted(frame, mapping, text[name]) & ~foreign),
            ]
    return refused


def _expression(mapping: Mapping) -> pl.Expr:
    value = _cut(_origin(mapping), mapping)
    if mapping.split:
        value = value.str.split(mapping.split).list.eval(_coded(pl.element().str.strip_chars(), mapping)).list.join("|")
    else:
        value = _coded(value, mapping)
    if mapping.prefix or mapping.suffix:
        value = pl.concat_str(pl.lit(mapping.prefix), value, pl.lit(mapping.suffix))
    return value if mapping.empty is None else value.fill_null(mapping.empty)


def _cut(value: pl.Expr, mapping: Mapping) -> pl.Expr:
    """The part of a text that the mapping wants, in the letters that it wants."""
    if mapping.extract:
        value = pl.coalesce(value.str.extract(mapping.extract), value)
    for old, new in mapping.replace.items():
        value = value.str.replace_all(old, new, literal=True)
    if mapping.nulls:
        value = pl.when(~value.str.strip_chars(casts.SPACES).is_in(mapping.nulls)).then(value)
    return value.str.strip_suffix(mapping.strip_suffix) if mapping.strip_suffix else value


def _origin(mapping: Mapping) -> pl.Expr:
    if mapping.column:
        return pl.col(mapping.column)
    if mapping.first:
        return pl.coalesce(pl.when(pl.col(name).str.strip_chars(casts.SPACES) != "").then(pl.col(name)) for name in mapping.first)
    if mapping.join:
        return pl.concat_str([pl.col(name) for name in mapping.join], separator=mapping.separator, ignore_nulls=True)
    if mapping.row_hash:
        return pl.col("_row_hash")
    if mapping.object_of:
        return pl.struct(pl.col(column).alias(name) for name, column in mapping.object_of.items()).struct.json_encode()
    return pl.lit(mapping.constant, dtype=pl.String)


def _coded(value: pl.Expr, mapping: Mapping) -> pl.Expr:
    """Codes mapped; a value that the map does not name goes on as it is, unless `otherwise` says what it is; empty stays empty."""
    if not mapping.codes and mapping.otherwise is None:
        return value
    other = pl.when(value.str.strip_chars(casts.SPACES) != "").then(pl.lit(mapping.otherwise)) if mapping.otherwise else value
    return value.str.strip_chars(casts.SPACES).replace_strict(mapping.codes, default=other, return_dtype=pl.String)


def _trimmed(text: pl.DataFrame, feed: Feed, source: Source) -> pl.DataFrame:
    """Codes, ids and typed values without stray spaces, null tokens as null; free text stays as it was sent."""
    types = {**feed.columns, **EXTRA}
    columns = []
    for name in text.columns:
        value = pl.col(name).cast(pl.String)
        if name not in FREE_TEXT:
            if types[name] != "text" or name in feed.codes or name.endswith(("_id", "_code")):
                value = value.str.strip_chars(casts.SPACES)
            value = pl.when(~value.is_in(source.null_tokens)).then(value)
        columns.append(value.alias(name))
    return text.select(columns)


def _typed(
    text: pl.DataFrame, feed: Feed, source: Source, emission: Emission, types: dict[str, str]
) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
    """Every column of the feed with its type, and per reason the rows whose text was not of the type."""
    out: dict[str, pl.Series] = {}
    bad: dict[str, pl.Series] = {}
    for name, kind in types.items():
        if name not in text.columns:
            out |= _absent(name, kind, feed, text.height)
            continue
        column = text[name]
        values = _values(column, kind, source, emission.columns.get(name))
        out |= _named(name, kind, feed, values)
        if kind not in ("text", "key", "json"):
            bad[f"{_code(kind)}:{name}"] = column.is_not_null() & values["value"].is_null()
    frame = pl.DataFrame(out)
    if "ts_precision" in feed.columns and "occurred_at" in text.columns:
        frame = frame.with_columns(_precision(text["occurred_at"], out, source))
    return frame, bad


def _precision(text: pl.Series, out: dict[str, pl.Series], source: Source) -> pl.Series:
    day = (text.str.len_bytes() <= 10).fill_null(False)
    if source.midnight_is_day:
        local = out["occurred_at"].dt.convert_time_zone(source.zone)
        day = day | ((local.dt.hour() == 0) & (local.dt.minute() == 0) & (local.dt.second() == 0)).fill_null(False)
    given = out["ts_precision"]
    return pl.select(pl.coalesce(pl.lit(given), pl.when(pl.lit(day)).then(pl.lit("day")))).to_series().alias("ts_precision")


def _values(column: pl.Series, kind: str, source: Source, mapping: Mapping | None) -> dict[str, pl.Series]:
    if kind == "instant":
        parsed = casts.instants(column, source.zone, mapping.format if mapping else None)
        return {"value": parsed["at"], "local": parsed["local"]}
    if kind == "date":
        if mapping and mapping.format:
            return {"value": column.str.to_date(mapping.format, strict=False)}
        return {"value": casts.date(column)}
    if kind == "number":
        return {"value": column.to_frame("t").select(casts.number(pl.col("t"), source.profile.decimal)).to_series()}
    cast = {"integer": casts.integer, "boolean": casts.boolean, "list": casts.items}.get(kind)
    return {"value": column.to_frame("t").select(cast(pl.col("t"))).to_series() if cast else column}


def _named(name: str, kind: str, feed: Feed, values: dict[str, pl.Series]) -> dict[str, pl.Series]:
    named = {name: values["value"].alias(name)}
    if kind == "instant":
        named[local_date(name)] = values["local"].dt.date()
        if HOUR_OF.get(feed.table) == name:
            named[name.removesuffix("_at") + "_hour"] = values["local"].dt.hour().cast(pl.Int64)
    return named


def _absent(name: str, kind: str, feed: Feed, height: int) -> dict[str, pl.Series]:
    empty = pl.Series([None], dtype=_DTYPES[kind]).new_from_index(0, height)
    return _named(name, kind, feed, {"value": empty, "local": empty})


_DTYPES = {
    "text": pl.String, "key": pl.String, "json": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean,
    "date": pl.Date, "instant": pl.Datetime("us", "UTC"), "list": pl.List(pl.String),
}  # fmt: skip


def _code(kind: str) -> str:
    return "E_TYPE_TS" if kind in ("instant", "date") else "E_TYPE_NUM" if kind in ("integer", "number") else "E_TYPE"


def _missing(rows: pl.DataFrame, text: pl.DataFrame, feed: Feed) -> dict[str, pl.Series]:
    """Required columns that are empty; a retraction needs its key alone. A key of several columns may have empty parts unless they are required."""
    bad = {}
    for name in feed.required:
        absent = text[name].is_null() if name in text.columns else pl.Series([True]).new_from_index(0, rows.height)
        bad[f"E_REQUIRED:{name}"] = absent if name in feed.key else absent & ~rows["is_deleted"]
    return bad


def _outside(text: pl.DataFrame, rows: pl.DataFrame, feed: Feed) -> dict[str, pl.Series]:
    """Values outside the code lists. A grade outside its list is out of range."""
    bad = {}
    for name, allowed in feed.codes.items():
        if name not in text.columns:
            continue
        if feed.columns[name] == "list":
            bad[f"E_ENUM:{name}"] = (~rows[name].list.eval(pl.element().is_in(allowed)).list.all()).fill_null(False)
        elif feed.columns[name] == "integer":
            bad[f"E_RANGE:{name}"] = (rows[name].is_not_null() & ~rows[name].cast(pl.String).is_in(allowed)).fill_null(False)
        else:
            bad[f"E_ENUM:{name}"] = (text[name].is_not_null() & ~text[name].is_in(allowed)).fill_null(False)
    return bad


def _faults(bad: dict[str, pl.Series], row_no: pl.Series) -> pl.DataFrame:
    found = [row_no.filter(flags).to_frame("row_no").with_columns(reason=pl.lit(reason)) for reason, flags in bad.items() if flags.any()]
    return pl.concat(found) if found else pl.DataFrame(schema={"row_no": pl.Int64, "reason": pl.String})
