"""What the steps of one build share: the settings, the one connection to the working store, and what each step has come to."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import duckdb

from data_quality.outcomes import GateReport
from warehouse.build import BuildReport
from warehouse.engine.duckdb import StoreBusy, open_store
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

    def __enter__(self) -> Workshop:
        self.settings.prepare()
        self._con = self._open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._con:
            self._con.close()
            self._con = None
        self._note(str(error) if error else None)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection to the working store."""
        if self._con is None:
            raise RuntimeError("The workshop is not open; use it in a with statement.")
        return self._con

    @property
    def blocking(self) -> list[str]:
        """What stops publication, one sentence each."""
        return [outcome.sentence for outcome in self.gate.blocking] if self.gate else []

    def _open(self) -> duckdb.DuckDBPyConnection:
        until = time.monotonic() + self.patience
        while True:
            try:
                return open_store(self.settings)
            except StoreBusy:
                if time.monotonic() >= until:
                    raise
                self.say("Waiting for the process that writes to the store …")
                time.sleep(2)

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
