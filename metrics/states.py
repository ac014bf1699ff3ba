"""The states of a value: only `value` carries a number; every other state says why there is none."""

from __future__ import annotations

VALUE = "value"
NOT_PROVIDED = "not_provided"  # the feed that it rests on was never loaded
NOT_APPLICABLE = "not_applicable"  # there is nothing to divide by
INSUFFICIENT_N = "insufficient_n"  # a percentage of fewer than FLOOR
SUPPRESSED = "suppressed"  # hidden from this reader
NOT_YET_COMPLETE = "not_yet_complete"  # the period has not begun, or too few have ended to tell

STATES = (VALUE, NOT_PROVIDED, NOT_APPLICABLE, INSUFFICIENT_N, SUPPRESSED, NOT_YET_COMPLETE)
FLOOR = 10
