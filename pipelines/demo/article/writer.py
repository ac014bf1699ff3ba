"""Channel files of an article city: registers and stocks once, the flows batch by batch; one sub-folder per sending system."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.demo.article import stocks
from pipelines.demo.article.cases import draw
from pipelines.demo.article.catalogue import service_items
from pipelines.demo.article.contacts import payments, sessions, traffic
from pipelines.demo.article.course import run
from pipelines.demo.article.events import case_events, deliveries, people
from pipelines.demo.article.flow import Batch, batches, flows
from pipelines.demo.article.halls import tickets
from pipelines.demo.article.offers import item_channels, item_materials
from pipelines.demo.article.papers import case_materials
from pipelines.demo.article.stage import Stage, build_stage
from pipelines.demo.article.town import load
from pipelines.demo.article.voices import ratings
from pipelines.demo.writing import write


def write_city(name: str, folder: Path, *, scale: float, seed: int) -> list[Path]:
    """Write every file of a city; the same seed and scale give the same bytes."""
    stage = build_stage(load(name, seed, scale))
    made = _save(folder, _standing(stage))
    for flow in flows(stage):
        for batch in batches(flow):
            made += _save(folder, _moving(batch))
    return made


def _save(folder: Path, tables: dict[str, pl.DataFrame]) -> list[Path]:
    return [write(table, folder / f"{name}.csv") for name, table in tables.items() if table.height]


def _standing(stage: Stage) -> dict[str, pl.DataFrame]:
    town = stage.town
    tables = {
        "registry/divisions": town.divisions, "registry/departments": town.departments, "registry/population_cells": stocks.population_cells(town),
        "catalogue/service_items": service_items(town, stage.items), "catalogue/item_channels": item_channels(town, stage.items),
        "catalogue/item_materials": item_materials(town, stage.items), "halls/service_points": stage.points,
        "portal/accounts": stocks.accounts(town), "library/elicence_stock": stocks.elicence_stock(town), "library/data_holdings": stocks.data_holdings(town),
        "library/data_share_calls": stocks.data_share_calls(stage), "plan/targets": stocks.targets(town), "plan/declared_figures": stocks.declared_figures(town),
        "polls/survey_responses": stocks.survey_responses(town),
    }  # fmt: skip
    return tables | {f"portal/sessions-{name}": table for name, table in traffic(stage)}


def _moving(batch: Batch) -> dict[str, pl.DataFrame]:
    cases = draw(batch)
    run(cases)
    person = people(cases)
    drawn, booked = tickets(cases, person)
    label = batch.label
    return {
        f"approval/case_events-{label}": case_events(cases, person), f"approval/case_materials-{label}": case_materials(cases),
        f"halls/queue_tickets-{label}": drawn, f"booking/appointments-{label}": booked, f"opinion/ratings-{label}": ratings(cases, person),
        f"portal/sessions-{label}": sessions(cases, person), f"portal/payments-{label}": payments(cases), f"post/deliveries-{label}": deliveries(cases),
    }  # fmt: skip
