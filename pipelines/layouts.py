"""Which part of a source's definition a file was read by: the feed's own columns, the definition, or one of its tables by name pattern."""

from __future__ import annotations

from pipelines.source import Emission, Source
from warehouse.contract import feeds

FEED, SOURCE = "feed", "source"


def layout_of(source: Source, emits: tuple[Emission, ...]) -> str:
    """The name of the layout: `feed`, `source`, or the name pattern of a table."""
    if not emits[0].columns:
        return FEED
    return next((pattern for pattern, listed in source.tables if listed == emits), SOURCE)


def emissions_in(source: Source, layout: str, feed: str) -> tuple[Emission, ...]:
    """What the records of a layout become; none if the definition does not have it any more."""
    if layout == FEED:
        return (Emission(feeds()[feed]),) if feed in feeds() else ()
    return source.emits if layout == SOURCE else dict(source.tables).get(layout, ())
