"""Named places at which a test has the process killed, as a power cut would: ONEGATE_CRASH_AT=ingest.committed, or ingest.committed:3 for the third time.

Without that variable a crash point does nothing. It is read here and not in the settings, since no installation ever sets it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

CRASH_POINTS = (
    "archive.copied",
    "archive.stored",
    "ingest.begun",
    "ingest.rows_stored",
    "archive.noted",
    "ingest.ledger_written",
    "ingest.committed",
    "build.model_written",
    "build.model_committed",
    "release.written",
    "release.verified",
    "release.sealed",
    "release.named",
    "release.pointer_written",
    "release.shown",
    "rebuild.replayed",
    "rebuild.replaced",
)
_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Kill this process without warning when a test has asked for it here."""
    wanted = os.environ.get("ONEGATE_CRASH_AT")
    if not wanted:
        return
    place, _, nth = wanted.partition(":")
    if place == name:
        _passed[name] += 1
        if _passed[name] >= int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
