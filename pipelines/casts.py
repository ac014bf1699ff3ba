"""Text to types, column by column, as polars expressions. A text that is not of its type becomes null; the caller sees that the text was there."""

from __future__ import annotations

from datetime import datetime

import polars as pl

SPACES = " \u3000\u00a0\t\r\n"
TRUE = ("true", "1", "t", "y", "yes", "是")
FALSE = ("false", "0", "f", "n", "no", "否")
_PARTS = (
    r"^(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})(?:[T ]?(?P<h>\d{2})(?::?(?P<min>\d{2})(?::?(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?)?"
    r"\s?(?P<z>Z|z|[+-]\d{2}(?::?\d{2})?)?$"
)
# an hour needs its T or space (ten digits could be an epoch), or all fourteen digits, with or without colons (GB/T 39046, table 8)
_SHAPE = r"^(\d{14}|\d{10}:\d{2}:[0-5]\d|\d{4}-?\d{2}-?\d{2}([T ]\d{2}(:?\d{2}(:?[0-5]\d([.,]\d{1,9})?)?)?)?)\s?(Z|z|[+-]\d{2}(:?\d{2})?)?$"


def boolean(text: pl.Expr) -> pl.Expr:
    """true/false, 1/0, t/f, y/n, yes/no, 是/否 in any case."""
    low = text.str.to_lowercase()
    return pl.when(low.is_in(TRUE)).then(True).when(low.is_in(FALSE)).then(False)


def integer(text: pl.Expr) -> pl.Expr:
    """Whole numbers; 12.0 counts as 12."""
    return text.str.strip_suffix(".0").cast(pl.Int64, strict=False)


def number(text: pl.Expr, decimal: str = ".") -> pl.Expr:
    """Finite decimal numbers."""
    plain = text.str.replace(decimal, ".", literal=True) if decimal != "." else text
    value = plain.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def items(text: pl.Expr) -> pl.Expr:
    """A JSON array of scalars, or values joined by |."""
    as_json = text.str.starts_with("[")
    inner = text.str.strip_chars_start("[").str.strip_chars_end("]")
    values = pl.when(as_json).then(inner.str.extract_all(r'"(?:[^"\\]|\\.)*"|[^\s,"]+')).otherwise(text.str.split("|"))
    return values.list.eval(pl.element().str.strip_chars(SPACES + '"')).list.eval(pl.element().filter(pl.element() != ""))


def date(text: pl.Series) -> pl.Series:
    """YYYY-MM-DD or YYYYMMDD; an instant's text gives its written date."""
    shaped = text.str.contains(_SHAPE)
    digits = text.str.slice(0, 10).str.replace_all("-", "", literal=True).str.slice(0, 8).str.to_date("%Y%m%d", strict=False)
    return pl.select(pl.when(pl.lit(shaped)).then(pl.lit(digits))).to_series()


def instants(text: pl.Series, zone: str, form: str | None = None) -> pl.DataFrame:
    """Instants of one column: `at` (UTC), `local` (wall time in `zone`), `is_day` (only a date was written).

    ISO 8601, extended or basic, T or space, fractions; an offset is honoured, without one the text is `zone`'s local time.
    `form` is a strptime format that the source declares instead.
    """
    if form:
        return _from_local(text.str.to_datetime(form, time_unit="us", strict=False), zone, text)
    usual = text.str.replace(" ", "T", literal=True)
    fits = (text.str.len_bytes() == 19) & ~text.str.contains(":60", literal=True)
    naive = usual.set(~fits.fill_null(False), None).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    local = _from_local(naive, zone, text)
    rest = text.is_not_null() & local["at"].is_null()
    if not rest.any():
        return local
    other = _any_iso(text.filter(rest), zone)
    rows = rest.arg_true()
    return local.with_columns(
        other[name].alias(name) if len(other) == len(local) else local[name].scatter(rows, other[name]) for name in ("at", "local")
    )


def _any_iso(text: pl.Series, zone: str) -> pl.DataFrame:
    """Every other ISO form; the common one with an offset first, the rest taken apart and put into one form."""
    fits = text.str.contains(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:[0-5]\d(Z|[+-]\d{2}:\d{2})$")
    usual = text.str.replace(" ", "T", literal=True).str.replace("Z", "+00:00", literal=True).set(~fits, None)
    at = usual.str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_unit="us", time_zone="UTC", strict=False)
    rest = at.is_null()
    if rest.any():
        at = at.scatter(rest.arg_true(), _taken_apart(text.filter(rest), zone))
    return _from_utc(at, zone, text)


def _taken_apart(text: pl.Series, zone: str) -> pl.Series:
    shaped = text.set(~text.str.contains(_SHAPE), None)
    frame = shaped.str.extract_groups(_PARTS).struct.unnest()
    clock = pl.concat_str(*(pl.col(part).fill_null("00") for part in ("h", "min", "s")), separator=":")
    stamp = pl.concat_str("y", "m", "d", separator="-") + "T" + clock + "." + pl.col("f").fill_null("0").str.slice(0, 6).str.pad_end(6, "0")
    offset = pl.col("z").str.to_uppercase().str.replace("Z", "+0000").str.replace(":", "", literal=True).str.pad_end(5, "0")
    frame = frame.select(stamp=stamp, offset=offset)
    naive = frame["stamp"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    zoned = (frame["stamp"] + frame["offset"]).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", time_zone="UTC", strict=False)
    return pl.select(pl.coalesce(pl.lit(zoned), pl.when(pl.lit(frame["offset"].is_null())).then(pl.lit(_to_utc(naive, zone))))).to_series()


def _to_utc(naive: pl.Series, zone: str) -> pl.Series:
    """Local wall time to UTC. Shanghai has kept +08:00 since 1992, which spares the look-up of every row."""
    first = naive.min()
    if zone == "Asia/Shanghai" and isinstance(first, datetime) and first.year >= 1992:
        return naive.dt.offset_by("-8h").dt.replace_time_zone("UTC")
    return naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")


def _from_local(naive: pl.Series, zone: str, text: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"at": _to_utc(naive, zone), "local": naive, "is_day": text.str.len_bytes() <= 10})


def _from_utc(at: pl.Series, zone: str, text: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"at": at, "local": at.dt.convert_time_zone(zone).dt.replace_time_zone(None), "is_day": text.str.len_bytes() <= 10})
