"""Every word that a page shows, by key and language, from words/en.yaml and words/zh.yaml. Metric and place names come with the data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "words"


@cache
def vocabulary(lang: str) -> dict[str, str]:
    """All texts of one language by dotted key."""
    loaded = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text(encoding="utf-8"))
    return dict(_flatten("", loaded))


def say(lang: str, key: str, **values: object) -> str:
    """The text of `key` with `values` filled in; an unknown key is a fault in the program and says so."""
    texts = vocabulary(lang)
    if key not in texts:
        raise KeyError(f"No word '{key}' in words/{lang}.yaml; add it to every language.")
    return texts[key].format(**values)


def has_word(lang: str, key: str) -> bool:
    """Whether the language has this key."""
    return key in vocabulary(lang)


def _flatten(prefix: str, node: object) -> list[tuple[str, str]]:
    if not isinstance(node, dict):
        return [(prefix, str(node))]
    return [pair for name, child in node.items() for pair in _flatten(f"{prefix}.{name}" if prefix else str(name), child)]
