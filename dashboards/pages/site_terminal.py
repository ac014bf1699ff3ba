"""The figures of a place without counters, as data: what its self-service terminals do."""

from __future__ import annotations

from dashboards.gate import Gate
from dashboards.indicators import Indicator, Tile

USES = Indicator("uses", "terminal_uses")
TERMINAL = (
    Tile("uses", USES),
    Tile("uses_day", Indicator("uses_day", "uses_per_terminal_day")),
    Tile(
        "seconds",
        Indicator("seconds", "session_seconds", (("stat", "p50"),)),
        (Indicator("seconds_p90", "session_seconds", (("stat", "p90"),)),),
    ),
)
_WITH_TICKETS = "select distinct site_id from mart_ticket where site_id is not null"


def has_tickets(gate: Gate, code: str) -> bool:
    """Whether a place has ever issued a queue ticket."""
    return code in gate.once("halls with tickets", lambda: set(gate.table(_WITH_TICKETS)["site_id"]))
