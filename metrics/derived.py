"""Figures that are computed from other figures' answers and not from one statement: which evaluator answers which, by the name in its definition.

An evaluator takes the question and `ask` (a query's answer column by column, for insiders) and `read` (rows of a plain statement as dicts), and gives rows in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from metrics.query import Query, Question
from metrics.verdicts import Columns

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Desk:
    """What an evaluator works with: other figures' answers, tables of the store, and the day that its data speak of."""

    ask: Callable[[Query], Columns]
    read: Callable[[str, list[Any]], Rows]
    as_of: date | None
    tables: frozenset[str] = frozenset()  # of the store


def evaluate_derived(question: Question, desk: Desk) -> Rows:
    """Rows of a derived figure, in the order of its dimensions (nulls last)."""
    rows = _evaluators()[question.form.evaluator](question, desk)
    return sorted(rows, key=lambda row: tuple((row[name] is None, row[name] or "") for name in question.by))


def _evaluators() -> dict[str, Callable[[Question, Desk], Rows]]:
    from metrics import attained, recorded, standardised  # they need Desk from here

    return {
        "standardised_ratio": standardised.rows,
        "target_attainment": attained.rows,
        "late_share": recorded.late_share,
        "late_hours_p95": recorded.late_hours,
        "sources_delivering": recorded.sources_delivering,
        "revision_size": recorded.revisions,
        "grim_failures": recorded.grim_failures,
    }
