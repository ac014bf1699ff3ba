"""Attributes of HTML that Python cannot spell as arguments: `html.P("…", **aria(label="…"))`."""

from __future__ import annotations

from typing import Any


def aria(**values: str) -> dict[str, Any]:
    """`aria-…` attributes for assistive technology."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: str) -> dict[str, Any]:
    """`data-…` attributes."""
    return {f"data-{name}": value for name, value in values.items()}
