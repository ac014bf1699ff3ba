"""Text that no spreadsheet takes for a formula.

A spreadsheet that opens a CSV file runs a cell that begins with = + - or @ (also their full-width forms, also behind spaces), and one that
begins with a tab, a line break or NUL may be cut there and run from the next character. Such a text gets a single quote before it.
"""

from __future__ import annotations

import unicodedata

STARTERS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫﬩⁺⁻⁼₊₋₌−\t\r\n\0")
QUOTE = "'"


def is_harmful(text: str) -> bool:
    """Whether a spreadsheet might run the text."""
    return bool(text) and (text[0] in STARTERS or _bare(text)[:1] in STARTERS)


def harmless(text: str) -> str:
    """The text, quoted where it might run; NUL, which no file of rows can hold, is dropped."""
    clean = text.replace("\0", "")
    return f"{QUOTE}{clean}" if is_harmful(text) else clean


def _bare(text: str) -> str:
    """The text from its first character that is seen."""
    start = next((place for place, letter in enumerate(text) if not _is_unseen(letter)), len(text))
    return text[start:]


def _is_unseen(letter: str) -> bool:
    """Spaces of every kind, controls and marks of direction."""
    return letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf", "Zs")
