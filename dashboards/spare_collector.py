"""Python's garbage collector, kept out of the way of pages: what the program itself consists of is not looked through again and again."""

from __future__ import annotations

import gc

BETWEEN = (10_000, 10, 10)  # new objects before it looks at the young ones; as often before it looks at the older ones


def spare_collector() -> None:
    """Call once the program is loaded. A look through all of it took a fifth of a second, in the middle of somebody's page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*BETWEEN)
