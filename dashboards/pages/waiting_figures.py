"""The figures of waiting, as data: the six tiles that `/waiting` and a hall's page share, and what a table of halls holds."""

from __future__ import annotations

from dashboards.indicators import Indicator, Tile

MEAN = Indicator("wait", "queue_wait", (("stat", "mean"),))
P90 = Indicator("wait_p90", "queue_wait", (("stat", "p90"),))
MEDIAN = Indicator("wait_p50", "queue_wait", (("stat", "p50"),))
WITHIN = tuple(Indicator(f"within_{minutes:02}", "wait_within_target", (("minutes", minutes),)) for minutes in (5, 10, 15))
GIVEN_UP = Indicator("abandoned", "queue_abandonment")
ISSUED = Indicator("tickets", "queue_tickets")
SERVICE = Indicator("service", "window_service_time", (("stat", "mean"),))
SERVICE_P90 = Indicator("service_p90", "window_service_time", (("stat", "p90"),))
BOOKED = Indicator("booked", "appointment_share")
MISSED = Indicator("missed", "no_show_rate")
WALK_IN = Indicator("walk_in", "walk_in_wait", (("stat", "mean"),))
WALK_IN_P90 = Indicator("walk_in_p90", "walk_in_wait", (("stat", "p90"),))
BY_SLOT = Indicator("by_slot", "appointment_wait", (("stat", "mean"),))
BY_SLOT_P90 = Indicator("by_slot_p90", "appointment_wait", (("stat", "p90"),))

WAITING = (
    Tile("wait_mean", MEAN, (WALK_IN, BY_SLOT), parts="site"),
    # those who gave up are in here: a mean over the served falls when people leave
    Tile("wait_tail", P90, (MEDIAN,), parts="site"),
    Tile("within", WITHIN[1], (WITHIN[0], WITHIN[2]), parts="site"),
    Tile("given_up", GIVEN_UP, (ISSUED,), parts="site"),
    Tile("service", SERVICE, (SERVICE_P90,), parts="site"),
    Tile("booked", BOOKED, (MISSED,), parts="site"),
)
OF_A_HALL = (ISSUED, MEAN, P90, WITHIN[1], GIVEN_UP, SERVICE)  # what a table of halls shows of each


def waiting_tile(key: str) -> Tile:
    """The tile of this key, else the first."""
    return next((tile for tile in WAITING if tile.key == key), WAITING[0])
