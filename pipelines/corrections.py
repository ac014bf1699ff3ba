"""Files of decisions about quarantined records, written by this installation and kept in the archive: corrected records, and dismissals.

Each line is one JSON object that names the record (SHA-256 of its file, row number), who decided, when and why, and carries a seal, an HMAC with the
installation's key: so the archive alone can reproduce the decisions, and no delivered file can pretend to be one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import polars as pl

from pipelines.adapters.batch import Batch, Profile

OWN = "onegate:"
OF = "_onegate_of"  # in a batch: the record that a correction is of, which tells equal corrections apart
RELEASED, DISMISSED = "released", "dismissed"
_START = f'{{"{OWN}of":'.encode()


@dataclass(frozen=True)
class Decision:
    """What was decided about one quarantined record. `of`: SHA-256 of its file, a colon, its row number. `record`: its values, corrected."""

    of: str
    source: str
    feed: str
    layout: str
    decision: str
    by: str
    at: str
    why: str
    record: dict[str, str | None] = field(default_factory=dict)

    def line(self, key: bytes) -> str:
        """The decision as one sealed line."""
        body = {OWN + name: value for name, value in asdict(self).items() if name != "record"} | self.record
        return json.dumps({**body, OWN + "seal": _seal(body, key)}, ensure_ascii=False)


def write_decisions(path: Path, decisions: Iterable[Decision], key: bytes) -> None:
    """Write a file of decisions."""
    path.write_text("".join(decision.line(key) + "\n" for decision in decisions), "utf-8")


def read_decisions(path: Path, key: bytes) -> list[Decision]:
    """The decisions of a file that this installation wrote; none for any other file."""
    if not path.name.endswith(".jsonl"):
        return []
    with path.open("rb") as file:
        if file.read(len(_START)) != _START:
            return []
    found = [_decision(line, key) for line in path.read_text("utf-8").split("\n") if line]
    return [decision for decision in found if decision] if all(found) else []


def _decision(line: str, key: bytes) -> Decision | None:
    try:
        body = json.loads(line)
        seal = body.pop(OWN + "seal")
        if not hmac.compare_digest(seal, _seal(body, key)):
            return None
        own = {name.removeprefix(OWN): body.pop(name) for name in list(body) if name.startswith(OWN)}
        return Decision(**own, record=body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _seal(body: dict[str, str | None], key: bytes) -> str:
    return hmac.new(key, json.dumps(body, sort_keys=True).encode(), hashlib.sha256).hexdigest()


def correction_profile(profile: Profile) -> Profile:
    """How a file of corrected records is read: JSON lines in UTF-8; words for nothing and decimal signs stay the source's."""
    return replace(profile, format="jsonl", encoding="utf-8")


def without_own(batch: Batch) -> Batch:
    """A batch of corrected records as the source would have sent them."""
    own = [name for name in batch.frame.columns if name.startswith(OWN)]
    if not own:
        return batch
    frame = batch.frame.with_columns(pl.col(OWN + "of").alias(OF)).drop(own)
    return Batch(frame, batch.rejects, batch.types)
