"""Which records become rows of an emission, and which words of the file its definition does not know."""

from __future__ import annotations

import polars as pl

from pipelines.casts import SPACES
from pipelines.mapping import Condition, Emission, Mapping
from warehouse.contract import Feed


def chosen(frame: pl.DataFrame, when: tuple[Condition, ...], null_tokens: tuple[str, ...]) -> pl.DataFrame:
    """The records that the conditions choose; a word that stands for nothing is not present."""
    for condition in when:
        value = pl.col(condition.column).str.strip_chars(SPACES)
        present = value.is_not_null() & ~value.is_in(null_tokens)
        if condition.present is not None:
            frame = frame.filter(present if condition.present else ~present)
        if condition.values:
            frame = frame.filter(value.is_in(condition.values))
        if condition.unless:
            frame = frame.filter(~value.is_in(condition.unless).fill_null(False))
        if condition.contains:
            frame = frame.filter(value.str.contains(condition.contains, literal=True))
        if condition.differs:
            frame = frame.filter(value.ne_missing(pl.col(condition.differs).str.strip_chars(SPACES)))
    return frame


def unmapped(mapping: Mapping, value: pl.Expr, null_tokens: tuple[str, ...]) -> pl.Expr:
    """Whether a record's `value` is a code that the mapping does not name; empty is no code."""
    if mapping.split:
        return (
            value.str.split(mapping.split).list.eval(_foreign(pl.element(), tuple(mapping.codes), null_tokens)).list.any().fill_null(False)
        )
    return _foreign(value, tuple(mapping.codes), null_tokens)


def outside_only(frame: pl.DataFrame, emission: Emission, null_tokens: tuple[str, ...]) -> dict[str, pl.Series]:
    """Per reason the records with a word that their column may not hold."""
    found = {name: _foreign(pl.col(name), words, null_tokens) for name, words in emission.only.items() if name in frame.columns}
    return {f"E_ENUM:{name}": frame.select(foreign).to_series() for name, foreign in found.items()}


def contradicted(frame: pl.DataFrame, mapping: Mapping, made: pl.Series) -> pl.Series:
    """Records in which the witness says something else than what was made of the code."""
    if mapping.agrees is None:
        return pl.Series([False]).new_from_index(0, frame.height)
    said = pl.col(mapping.agrees.column).str.strip_chars(SPACES).replace_strict(mapping.agrees.codes, default=None, return_dtype=pl.String)
    return (frame.select(said).to_series() != made).fill_null(False)


def refusal(name: str, feed: Feed) -> str:
    """The reason code of a code that is not named: a grade is out of range, any other is not in the list."""
    return f"E_RANGE:{name}" if name in feed.codes and feed.columns.get(name) == "integer" else f"E_ENUM:{name}"


def _foreign(value: pl.Expr, known: tuple[str, ...] | str, null_tokens: tuple[str, ...]) -> pl.Expr:
    word = value.str.strip_chars(SPACES)
    fits = word.str.contains(known) if isinstance(known, str) else word.is_in(known)
    return (word.is_not_null() & (word != "") & ~word.is_in(null_tokens) & ~fits).fill_null(False)
