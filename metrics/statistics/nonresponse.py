"""What silence could hide: bounds of satisfaction among all cases when only some answered (F5, trap T7)."""

from __future__ import annotations

from metrics.intervals import Interval


def bounds(satisfied: int, answered: int, cases: int) -> Interval:
    """Share of all cases that are satisfied, if every silent one were not, and if every silent one were: [k/N, (k + N − n)/N].

    No model of the silent is used, so nothing narrower can be said without one (Manski 1989). (None, None) without cases.
    """
    if not 0 <= satisfied <= answered <= cases:
        raise ValueError(
            f"{satisfied} satisfied of {answered} answers of {cases} cases does not fit together; count each case once, and its latest active answer."
        )
    return (satisfied / cases, (satisfied + cases - answered) / cases) if cases else (None, None)
