"""Files of what happens: quarter by quarter the cases are drawn, run through their course and written; memory holds one period of each feed."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.demo.applications import applications
from pipelines.demo.city import City
from pipelines.demo.contacts import WITH_OFFSET, deliveries, payments, sessions
from pipelines.demo.corrections import corrections
from pipelines.demo.course import Course, run
from pipelines.demo.days import day_of, months
from pipelines.demo.events import case_ids, events
from pipelines.demo.handover import hand_over
from pipelines.demo.model import GROUPS
from pipelines.demo.papers import Papers, case_materials, papers
from pipelines.demo.ratings import ratings
from pipelines.demo.tickets import tickets
from pipelines.demo.writing import Shelf, before, periods


def write_months(city: City, folder: Path) -> list[Path]:
    """Write every feed that follows the months."""
    spans = months(day_of(city.model.first), day_of(city.model.last))
    shelves, written, known = _shelves(city, folder, spans), [], papers(city)
    for start, end in periods(spans, "quarter"):
        course = run(city, applications(city, [span for span in spans if start <= span[0] < end]))
        made = _frames(city, known, course)
        made["corrections"] = corrections(city, start, made["case_events"].filter(before(pl.col("occurred_at"), end)))
        for name, frame in made.items():
            written += shelves[name].add(frame, end)
    return written


def _frames(city: City, known: Papers, course: Course) -> dict[str, pl.DataFrame]:
    """Make the rows of every feed."""
    ids, result = case_ids(city, course), hand_over(city, course)
    queue, booked = tickets(city, course, ids)
    rated, followed = ratings(city, course, ids)
    by_hall = {f"tickets-{name}": queue.filter(pl.col("_group") == group) for group, name in enumerate(GROUPS)}
    return {
        "case_events": events(city, course, result, ids), "case_materials": case_materials(city, known, course, ids), "appointments": booked,
        "ratings": rated, "rating_followups": followed, "sessions": sessions(city, course, ids), "payments": payments(city, course, ids),
        "deliveries": deliveries(city, course, result, ids), **by_hall,
    }  # fmt: skip


def _shelves(city: City, folder: Path, spans: list[tuple[int, int]]) -> dict[str, Shelf]:
    late = city.model["late_source"]
    shelves = {
        "case_events": Shelf(folder / "approval", "case_events", "occurred_at", "month", spans, ("event_id",)),
        "corrections": Shelf(
            folder / "approval", "case_events-corrections", "occurred_at", "quarter", spans, ("event_id", "source_version")
        ),
        "case_materials": Shelf(
            folder / "approval", "case_materials", "_at", "quarter", spans, ("case_id", "material_code", "resubmission_no")
        ),
        "appointments": Shelf(folder / "booking", "appointments", "booked_at", "year", spans, ("appointment_id",)),
        "ratings": Shelf(folder / "opinion", "ratings", "rated_at", "quarter", spans, ("rating_id",)),
        "rating_followups": Shelf(folder / "opinion", "rating_followups", "assigned_at", "year", spans, ("rating_id",)),
        "sessions": Shelf(folder / "portal", "sessions", "started_at", "quarter", spans, ("session_id",), WITH_OFFSET),
        "payments": Shelf(folder / "portal", "payments", "requested_at", "year", spans, ("payment_id",)),
        "deliveries": Shelf(folder / "post", "deliveries", "dispatched_at", "year", spans, ("delivery_id",)),
    }
    cut = [*spans[:-1], (spans[-1][0], spans[-1][1] - late["days"])]
    for name in GROUPS:
        sent = cut if name == late["district"] else spans
        shelves[f"tickets-{name}"] = Shelf(folder / f"halls-{name}", "queue_tickets", "issued_at", "year", sent, ("ticket_id",))
    return shelves
