"""What the steps of one build share: the settings, the one connection to the working store, and what each step has come to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import duckdb

from data_quality.outcomes import GateReport
from warehouse.build import BuildReport
from warehouse.engine.duckdb import writing
from warehouse.release import Release, current
from warehouse.settings import Settings

Progress = Callable[[str], None]


@dataclass
class Workshop:
    """A build under way. As a context it holds the store open, since DuckDB has one writer; `patience` is how long to wait for it, in seconds."""

    settings: Settings
    say: Progress = lambda _: None
    patience: float = 0
    models: BuildReport | None = None
    rollups: dict[str, int] = field(default_factory=dict)
    gate: GateReport | None = None
    release: Release | None = None
    _con: duckdb.DuckDBPyConnection | None = None
    _held: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Workshop:
        patience = max(self.patience, self.settings.patience)
        self._con = self._held.enter_context(writing(self.settings, patience=patience, say=self.say))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()
        self._con = None
        self._note(str(error) if error else None)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection to the working store."""
        if self._con is None:
            raise RuntimeError("The workshop is not open; use it in a with statement.")
        return self._con

    @property
    def is_full(self) -> bool:
        """Everything is built and judged anew."""
        return self.models is not None and self.models.is_full

    @property
    def blocking(self) -> list[str]:
        """What stops publication, one sentence each."""
        return [outcome.sentence for outcome in self.gate.blocking] if self.gate else []

    def _note(self, error: str | None) -> None:
        """Leave a note of how the last build ended, for those who cannot open the working store."""
        note = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "published": self.release.stamp if self.release else None,
            "current": now.stamp if (now := current(self.settings)) else None,
            "checks": self.gate.counts if self.gate else {},
            "blocking": self.blocking,
            "error": error,
        }
        _replace(self.settings, note)


def _replace(settings: Settings, note: dict[str, Any]) -> None:
    aside = settings.releases_dir / ".last_build.new"
    aside.write_text(json.dumps(note, ensure_ascii=False, indent=1), "utf-8")
    os.replace(aside, settings.releases_dir / "last_build.json")
