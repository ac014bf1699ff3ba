"""Which column of a feed a file's header means: letter case, spaces and Chinese names are forgiven, ambiguity is not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from warehouse.contract import Feed


def match_headers(names: list[str], feed: Feed) -> dict[str, str]:
    """Map the file's headers to columns of the feed; headers that mean none of them are left out."""
    known = {*feed.columns, "source_version", "deleted"}
    found: dict[str, str] = {}
    for name in names:
        plain = _plain(name)
        column = plain if plain in known else _chinese().get(plain)
        if column in known and column not in found.values():
            found[name] = column
    return found


def unknown_headers(names: list[str], feed: Feed) -> list[str]:
    """Headers that no column of the feed answers to."""
    return sorted(set(names) - set(match_headers(names, feed)))


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


@cache
def _chinese() -> dict[str, str]:
    return yaml.safe_load((files("pipelines") / "headers_zh.yaml").read_text("utf-8"))
