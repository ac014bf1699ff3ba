"""Files of what stands still or is counted from time to time: registers, catalogue, places, targets, stocks, polls."""

from __future__ import annotations

from pathlib import Path

from pipelines.demo.bodies import departments, divisions
from pipelines.demo.city import City
from pipelines.demo.contacts import survey_responses
from pipelines.demo.papers import item_materials, papers
from pipelines.demo.registers import item_channels, service_items, targets
from pipelines.demo.sites import points
from pipelines.demo.stocks import accounts, costs, data_holdings, data_share_calls, elicence_stock
from pipelines.demo.writing import write


def write_standing(city: City, folder: Path) -> list[Path]:
    """Write the files that do not follow the months."""
    tables = {
        "registry/divisions": divisions(city.model), "registry/departments": departments(city.model), "catalogue/service_items": service_items(city),
        "catalogue/item_channels": item_channels(city), "catalogue/item_materials": item_materials(city, papers(city)),
        "halls/service_points": points(city.model, city.places), "plan/targets": targets(city.model), "plan/costs": costs(city),
        "portal/accounts": accounts(city), "library/elicence_stock": elicence_stock(city), "library/data_holdings": data_holdings(city),
        "library/data_share_calls": data_share_calls(city), "polls/survey_responses": survey_responses(city),
    }  # fmt: skip
    return [write(table, folder / f"{name}.csv") for name, table in tables.items()]
