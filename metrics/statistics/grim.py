"""Can this percentage be true? Whether a printed percentage is attainable with the stated number of cases (H7, trap T18).

After the GRIM test of Brown and Heathers (2017). A tie may be rounded up or to even, so both are allowed; cutting digits off is reported
apart, because a table that was cut off is wrong in another way than one whose denominator is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction


@dataclass(frozen=True)
class Grim:
    """A printed percentage held against n cases: the numerators that print as it, rounded, and those that would only if digits were cut off."""

    printed: str
    n: int
    numerators: range
    cut_off: range

    @property
    def is_attainable(self) -> bool:
        """Whether some number of cases out of n prints as this percentage."""
        return len(self.numerators) > 0


def check(printed: str, n: int) -> Grim:
    """Hold a percentage, as text with its printed decimals ("95.58"), against n cases."""
    if n < 1:
        raise ValueError(f"A percentage of {n} cases says nothing; give the number of cases that it is a share of, 1 or more.")
    value, step = _read(printed)
    return Grim(printed, n, _whole(value - step / 2, value + step / 2, n), _whole(value, value + step, n, without_end=True))


def failures(declared: Iterable[tuple[str, int]]) -> list[Grim]:
    """The declared percentages that no number of cases gives."""
    return [result for result in (check(printed, n) for printed, n in declared) if not result.is_attainable]


def smallest_n(printed: str) -> int:
    """The fewest cases with which a percentage can be printed at all: below that, it cannot come from a count.

    1 / step cases always suffice, so the search ends.
    """
    value, step = _read(printed)
    return next(n for n in range(1, int(1 / step) + 2) if _whole(value - step / 2, value + step / 2, n))


def shared_denominators(printed: Sequence[str], candidates: Iterable[int]) -> list[int]:
    """Which of some numbers of cases make all of the percentages attainable: where one denominator stands unsaid behind several."""
    return [n for n in candidates if all(check(text, n).is_attainable for text in printed)]


def _read(printed: str) -> tuple[Fraction, Fraction]:
    """The share and the size of its last printed digit, both exact."""
    try:
        percent = Decimal(printed.strip().removesuffix("%").strip())
    except InvalidOperation as error:
        raise ValueError(f"{printed!r} is not a percentage; write it as printed, for instance '95.58'.") from error
    exponent = percent.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 <= percent <= 100:
        raise ValueError(f"{printed!r} is not a share of a whole; give a percentage from 0 to 100.")
    return Fraction(percent) / 100, Fraction(1, 100) * Fraction(10) ** min(exponent, 0)


def _whole(low: Fraction, high: Fraction, n: int, without_end: bool = False) -> range:
    """The whole numbers k from 0 to n with low ≤ k/n ≤ high (or < high)."""
    first, last = -((-low * n) // 1), (high * n) // 1
    if without_end and last == high * n:
        last -= 1
    return range(max(0, int(first)), min(n, int(last)) + 1)
