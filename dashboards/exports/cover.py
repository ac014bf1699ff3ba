"""What an exported table may not leave without: what it shows, with which filters, of which day and release, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dashboards import formats
from dashboards.words import say


@dataclass(frozen=True)
class Cover:
    """The head of an export. `filters`: label and text of each; `published_at`: local time; `notes`: sources, definitions, caveats in sentences."""

    title: str
    filters: tuple[tuple[str, str], ...]
    as_of: date
    release: str
    published_at: datetime
    notes: tuple[str, ...] = ()
    lang: str = "en"

    def line(self) -> str:
        """All of it in one line, as the first line of a CSV file says it."""
        colon = "：" if self.lang == "zh" else ": "
        parts = [self.title, *(f"{label}{colon}{text}" for label, text in self.filters)]
        parts.append(say(self.lang, "export.as_of_line", date=formats.day(self.as_of, self.lang)))
        parts.append(say(self.lang, "export.release_line", stamp=self.release))
        return " · ".join([*parts, *self.notes, say(self.lang, "export.shares_line")])
