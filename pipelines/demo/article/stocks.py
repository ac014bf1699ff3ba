"""Rows of what is counted from time to time: accounts, licences, shared data, holdings, targets, declared figures, polls, residents by grid cell."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.article.flow import apportioned
from pipelines.demo.article.stage import Stage
from pipelines.demo.article.town import Spec, Town
from pipelines.demo.days import number
from pipelines.demo.registers import dates
from pipelines.demo.streams import pick
from pipelines.demo.writing import words


def accounts(town: Town) -> pl.DataFrame:
    """So many persons' accounts, opened ever faster until a day; the same numbers apply for things."""
    parts = [_accounts(town, no, spec) for no, spec in enumerate(town["accounts"])]
    return pl.concat(parts) if parts else pl.DataFrame()


def _accounts(town: Town, no: int, spec: Spec) -> pl.DataFrame:
    n, rng, kinds = town.volume(spec["count"], spec.get("one_in")), town.rng("accounts", no), spec["verification"]
    first, last = number(spec["from"]), number(spec["to"])
    opened = first + ((last - first) * np.sqrt(np.sort(rng.random(n)))).astype(int)
    codes = town.at(spec["at"])
    kind = pick(rng, np.array(list(kinds.values())), n)
    frame = {
        "account_key": "P" + pl.Series(np.arange(1, n + 1)).cast(pl.String).str.zfill(8), "kind": pl.repeat("person", n, eager=True),
        "verification": words(list(kinds), kind), "division_code": words(codes, rng.integers(0, len(codes), n)), "registered_on": dates(opened),
        "id_check_ok": words(("false", "true"), (rng.random(n) < 0.985).astype(int)),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _split(total: int, parts: int) -> np.ndarray:
    """Split a total over parts, each smaller than the one before."""
    return apportioned(total, 1 / (1 + np.arange(parts)) ** 0.8)


def elicence_stock(town: Town) -> pl.DataFrame:
    """Counts of the licence library on their days: so many licences of so many types from these bodies; every type and every body has some."""
    rows: list[Spec] = []
    for line in town["licences"]:
        sources = line["sources"]
        for no, count in enumerate(_split(line["count"], line["types"])):
            kind = line["named"][no] if no < len(line.get("named", [])) else f"{line['prefix']}_{no + 1:02d}"
            body = sources[no % len(sources)]
            rows.append(
                {
                    "stock_on": line["day"],
                    "licence_type": kind,
                    "source_dept_id": body,
                    "division_code": body.split("-")[0],
                    "valid_count": int(count),
                }
            )
    return pl.DataFrame(rows)


def data_holdings(town: Town) -> pl.DataFrame:
    """Records that departments have put on the shared platform, by set."""
    rows: list[Spec] = []
    for line in town["holdings"]:
        owners = town.departments.filter(pl.col("division_code") == line["at"])["dept_id"].to_list()[: line["departments"]]
        for owner, records in zip(owners, _split(line["records"], len(owners)), strict=True):
            rows.append(
                {
                    "held_on": line["day"],
                    "dataset_code": f"D-{owner}",
                    "owner_dept_id": owner,
                    "division_code": line["at"],
                    "records": int(records),
                }
            )
    return pl.DataFrame(rows)


def data_share_calls(stage: Stage) -> pl.DataFrame:
    """Monthly calls of a shared data set: by these departments, for so many of their items."""
    town, rows = stage.town, []
    for line in town["sharing"]:
        items = _users(stage, line)
        rng = town.rng("sharing", line["dataset"])
        for month in pl.date_range(line["from"], line["to"], "1mo", eager=True):
            for item in items:
                calls = int(rng.poisson(line["calls"])) + 1
                hits = int(rng.binomial(calls, line["hit"]))
                own = {
                    "called_on": month,
                    "dataset_code": line["dataset"],
                    "provider_dept_id": line["provider"],
                    "consumer_dept_id": item["dept_id"],
                }
                rows.append(own | {"item_id": item["item_id"], "calls": calls, "hits": hits, "failures": calls - hits})
    return pl.DataFrame(rows)


def _users(stage: Stage, line: Spec) -> list[Spec]:
    """Items in turn over the first departments of their groups, until there are so many."""
    inside = [item for item in stage.items if item["group"] in line["groups"]]
    first = list(dict.fromkeys(item["dept_id"] for item in inside))[: line["departments"]]
    return [item for item in inside if item["dept_id"] in first][: line["items"]]


def targets(town: Town) -> pl.DataFrame:
    """What was set out to be reached."""
    names = ("target_id", "metric_id", "params", "division_code", "op", "value", "due_on", "set_on")
    rows = [dict(zip(names, line, strict=True)) | {"set_by": f"{town.name} (demo)"} for line in town["targets"]]
    return _with_params(rows)


def declared_figures(town: Town) -> pl.DataFrame:
    """Figures as the article prints them; nothing is computed from them, they are held against what is computed."""
    names = ("figure_id", "metric_id", "params", "division_code", "stated", "denominator", "kind", "note")
    source = {"stated_on": town.spec["article"]["day"], "stated_by": town.spec["article"]["by"], "source": town.spec["article"]["source"]}
    return _with_params([dict(zip(names, line, strict=True)) | source for line in town["declared"]])


def _with_params(rows: list[dict[str, Any]]) -> pl.DataFrame:
    written = [row | {"params": json.dumps(row["params"]) if row["params"] else None} for row in rows]
    return pl.DataFrame(written, infer_schema_length=None)


def survey_responses(town: Town) -> pl.DataFrame:
    """Polls as the interviewers brought them back: so many asked, so many answers, so many dissatisfied."""
    rows: list[Spec] = []
    for poll in town["polls"]:
        rng = town.rng("poll", poll["id"])
        codes = town.at(poll["at"])
        grade = rng.choice([5, 4, 3], poll["sampled"], p=poll["grades"])
        grade[: poll["dissatisfied"]] = 2
        for no in range(poll["sampled"]):
            responded = no < poll["responded"]
            day = date.fromordinal(poll["from"].toordinal() + no % poll["days"])
            own = {"survey_id": poll["id"], "respondent_key": f"{poll['id']}-{no + 1:05d}", "responded": responded, "fielded_on": day}
            rows.append(own | {"grade": int(grade[no]) if responded else None, "weight": 1.0, "division_code": codes[no % len(codes)]})
    return pl.DataFrame(rows, infer_schema_length=None)


def population_cells(town: Town) -> pl.DataFrame:
    """A grid of residents: cells around each town's middle, fewer people further out (a model, no census)."""
    rows: list[Spec] = []
    for spec in town["cells"]:
        places = town.divisions.filter(pl.col("division_code").is_in(town.at(spec["at"])))
        share = apportioned(spec["population"], np.ones(places.height))
        for place, people in zip(places.iter_rows(named=True), share, strict=True):
            for no, count in enumerate(apportioned(int(people), np.exp(-np.arange(spec["per_place"]) / spec["per_place"] * 2))):
                far = spec["degrees"] * np.sqrt((no + 0.5) / spec["per_place"])
                lat, lon = place["lat"] + far * np.sin(no * 2.399963), place["lon"] + far * np.cos(no * 2.399963)
                own = {
                    "cell_id": f"{place['division_code']}-{no + 1:03d}",
                    "division_code": place["division_code"],
                    "lat": round(float(lat), 4),
                    "lon": round(float(lon), 4),
                }
                rows.append(
                    own | {"crs": "WGS84", "population": int(count), "population_year": spec["year"], "valid_from": f"{spec['year']}-01-01"}
                )
    return pl.DataFrame(rows)
