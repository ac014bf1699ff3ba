"""An article's figure held against a computed one: agrees, agrees at the scale of the run, differs, or only shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from onegate.figures import Expectation, Words

ROUNDING = 3.0  # whole things that a scaled-down count may be off by, whatever its size

YES: Words = {"en": "yes", "zh": "一致"}
STATUS_WORDS: dict[str, Words] = {
    "target": {"en": "plan", "zh": "计划"},
    "anecdote": {"en": "anecdote", "zh": "个案"},
    "estimate": {"en": "estimate", "zh": "估计"},
    "capability": {"en": "shown", "zh": "展示"},
    "stock": {"en": "shown", "zh": "展示"},
    "flow": {"en": "shown", "zh": "展示"},
    "rate": {"en": "shown", "zh": "展示"},
}


@dataclass(frozen=True)
class Verdict:
    """code: yes, scaled, differs, missing (nothing computed) or a status (plan, anecdote, estimate, shown); with its words."""

    code: str
    words: Words


def compare(expect: Expectation, value: float, scale: float) -> Verdict:
    """Hold a computed value against the article's figure."""
    wanted, low, high = _range(expect, scale)
    if low <= value <= high:
        return _agreeing(expect, scale)
    return Verdict("differs", {"en": f"differs: {wanted['en']}", "zh": f"不一致：{wanted['zh']}"})


def shown(status: str) -> Verdict:
    """The verdict of what is shown and not compared."""
    words = STATUS_WORDS[status]
    return Verdict(words["en"], words)


def missing(reason: Words) -> Verdict:
    """The verdict of what could not be computed, with the reason."""
    return Verdict("missing", {"en": f"not computed: {reason['en']}", "zh": f"未算出：{reason['zh']}"})


def printed_range(text: str) -> tuple[float, float]:
    """The values that print as a number or percentage when rounded half up to its digits: [low, high], a hair inside the upper end."""
    is_share = text.strip().endswith("%")
    number = Decimal(text.strip().removesuffix("%").replace(",", "").strip())
    exponent = number.as_tuple().exponent
    half = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2
    by = 100 if is_share else 1
    return float((number - half) / by), float((number + half) / by) * (1 - 1e-12)


def rounded(value: float, digits: int) -> str:
    """A number rounded half up, as people round."""
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def _range(expect: Expectation, scale: float) -> tuple[Words, float, float]:
    """What would agree, in words, and as [low, high]."""
    if isinstance(expect.figure, str):
        return ({"en": f"expected {expect.figure}", "zh": f"应为 {expect.figure}"}, *printed_range(expect.figure))
    figure, tiny = expect.figure, 1e-9
    if expect.kind == "scaled":
        wanted = figure * scale / expect.one_in
        spread = max(wanted * expect.within, ROUNDING)
        words = {"en": f"expected {wanted:,.0f} at this scale", "zh": f"按此比例应为 {wanted:,.0f}"}
        return words, wanted - spread, wanted + spread
    said, low, high = {
        "exact": ("", figure - tiny, figure + tiny),
        "more_than": (">", figure + tiny, float("inf")),
        "less_than": ("<", float("-inf"), figure - tiny),
        "nearly": ("nearly ", figure * 0.9, figure),
        "about": ("about ", figure * (1 - expect.within), figure * (1 + expect.within)),
    }[expect.kind]
    zh = {"nearly ": "近 ", "about ": "约 "}.get(said, said)
    return {"en": f"expected {said}{figure:,g}", "zh": f"应为 {zh}{figure:,g}"}, low, high


def _agreeing(expect: Expectation, scale: float) -> Verdict:
    ratio = expect.one_in / scale
    if expect.kind != "scaled" or ratio == 1:
        return Verdict("yes", YES)
    return Verdict("scaled", {"en": f"yes, scaled 1:{ratio:,g}", "zh": f"按 1:{ratio:,g} 一致"})
