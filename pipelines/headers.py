"""Which column of a feed a file's header means: letter case, spaces and Chinese names are forgiven, ambiguity is not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from warehouse.contract import Feed


def spellings(names: list[str], feed: Feed) -> dict[str, list[str]]:
    """The columns of the feed with the headers that mean them; the first counts, another fills in where a record has only that one."""
    known = {*feed.columns, "source_version", "deleted"}
    found: dict[str, list[str]] = {}
    for name in names:
        plain = _plain(name)
        column = plain if plain in known else _chinese().get(plain)
        if column in known:
            found.setdefault(column, []).append(name)
    return found


def match_headers(names: list[str], feed: Feed) -> dict[str, str]:
    """Map the file's headers to columns of the feed, one to each; headers that mean none of them are left out."""
    return {headers[0]: column for column, headers in spellings(names, feed).items()}


def unknown_headers(names: list[str], feed: Feed) -> list[str]:
    """Headers that no column of the feed answers to."""
    return sorted(set(names) - set(match_headers(names, feed)))


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


@cache
def _chinese() -> dict[str, str]:
    return yaml.safe_load((files("pipelines") / "headers_zh.yaml").read_text("utf-8"))
