"""Every word that a page shows, by key and language, from the files of words/en and words/zh. Metric and place names come with the data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "words"


@cache
def vocabulary(lang: str) -> dict[str, str]:
    """All texts of one language by dotted key; ValueError when two files give one key."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / lang).glob("*.yaml")):
        texts = dict(_flatten("", yaml.safe_load(path.read_text(encoding="utf-8")) or {}))
        if twice := sorted(found.keys() & texts.keys()):
            raise ValueError(f"words/{lang}/{path.name} repeats {', '.join(twice)}; keep each key in one file.")
        found |= texts
    return found


def say(lang: str, key: str, **values: object) -> str:
    """The text of `key` with `values` filled in; an unknown key is a fault in the program and says so."""
    texts = vocabulary(lang)
    if key not in texts:
        raise KeyError(f"No word '{key}' in words/{lang}/; add it to every language.")
    return texts[key].format(**values)


def has_word(lang: str, key: str) -> bool:
    """Whether the language has this key."""
    return key in vocabulary(lang)


def _flatten(prefix: str, node: object) -> list[tuple[str, str]]:
    if not isinstance(node, dict):
        return [(prefix, str(node))]
    return [pair for name, child in node.items() for pair in _flatten(f"{prefix}.{name}" if prefix else str(name), child)]
