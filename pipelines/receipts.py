"""What an ingest answers: a receipt per file whose counts add up to the rows read, files refused whole, files left alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

COUNTS = ("accepted", "duplicate", "superseded", "deleted", "quarantined")


@dataclass(frozen=True)
class Receipt:
    """Counts of one file; `read` is the sum of the others, always."""

    file: str
    source: str
    feed: str
    sha256: str
    read: int
    accepted: int
    duplicate: int
    superseded: int
    deleted: int
    quarantined: int

    def __post_init__(self) -> None:
        """Refuse a receipt that does not add up."""
        total = sum(getattr(self, name) for name in COUNTS)
        if total != self.read:
            raise AssertionError(f"the receipt of {self.file} does not add up: {self.read} rows read, {total} accounted for")


@dataclass(frozen=True)
class Left:
    """A file that was refused whole or ignored, and why."""

    file: str
    reason: str


@dataclass
class IngestReport:
    """The answer of `onegate ingest`. `over_limit` names sources with more quarantined rows than they allow; `notes` are for people."""

    receipts: list[Receipt] = field(default_factory=list)
    refused: list[Left] = field(default_factory=list)
    ignored: list[Left] = field(default_factory=list)
    over_limit: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The contract's document."""
        return {name: [asdict(entry) for entry in getattr(self, name)] for name in ("receipts", "refused", "ignored")}

    @property
    def needs_a_person(self) -> bool:
        """Whether the exit status is 1."""
        return bool(self.refused or self.over_limit)
