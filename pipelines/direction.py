"""The guard against codes mapped the wrong way round: what the rows of one file say together, against what such rows always say.

Rows one by one cannot show that 1 was the best grade and not the worst, or that 1 was the on-the-spot case and not the commitment. Together they
do: people who rate are mostly content, and what is done on the spot promises no time. Only codes that a definition maps are judged.
"""

from __future__ import annotations

import polars as pl

from pipelines.adapters.batch import FileRefused
from pipelines.mapping import Emission

GRADE_COLUMNS = {"ratings": "grade", "survey_responses": "grade", "rating_followups": "revisit_grade"}
ENOUGH_RATINGS, ENOUGH_ITEMS = 50, 20  # fewer may be so by chance


class Direction:
    """Counts what speaks for and against the declared direction in the rows of one file."""

    def __init__(self) -> None:
        self._good = self._bad = self._fitting = self._contrary = 0

    def take(self, emission: Emission, rows: pl.DataFrame) -> None:
        """Count the rows of one feed."""
        grade = GRADE_COLUMNS.get(emission.feed.name)
        if grade and _is_mapped(emission, grade) and not _expects_bad(emission, grade):
            self._good += rows.filter(pl.col(grade) >= 4).height
            self._bad += rows.filter(pl.col(grade) <= 2).height
        if emission.feed.name == "service_items" and _is_mapped(emission, "case_type"):
            judged = rows.filter(pl.col("case_type").is_in(["on_the_spot", "commitment"]) & pl.col("promised_limit").is_not_null())
            contrary = judged.filter((pl.col("case_type") == "on_the_spot") == (pl.col("promised_limit") > 0)).height
            self._contrary += contrary
            self._fitting += judged.height - contrary

    def check(self) -> None:
        """Refuse a file that says the opposite of its source's definition."""
        if self._good + self._bad >= ENOUGH_RATINGS and self._bad > self._good:
            raise FileRefused(
                "E_DIRECTION",
                f"{self._bad} of its ratings would be bad and {self._good} good: the rating scale is almost certainly the other way round. Look which "
                "number the source means by very satisfied and correct `scale` in its definition; a source that sends complaints says `mostly_bad: true`.",
            )
        if self._fitting + self._contrary >= ENOUGH_ITEMS and self._contrary > self._fitting:
            raise FileRefused(
                "E_DIRECTION",
                f"{self._contrary} of {self._fitting + self._contrary} items contradict their promised limit (on the spot with days to wait, or a "
                "commitment of none): the case types are almost certainly the other way round. Correct the codes of `case_type` in its definition.",
            )


def _is_mapped(emission: Emission, column: str) -> bool:
    return column in emission.columns and bool(emission.columns[column].codes)


def _expects_bad(emission: Emission, column: str) -> bool:
    scale = emission.columns[column].scale
    return scale is not None and scale.mostly_bad
