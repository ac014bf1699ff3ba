"""Rows of the case_materials feed: what each case's item asks for that day, and how it was met."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.article.cases import Cases, after_last
from pipelines.demo.days import DAY
from pipelines.demo.model import path
from pipelines.demo.streams import pick
from pipelines.demo.writing import instant, words

HOW = ("paper", "upload", "elicence", "data_share", "reuse")
_SPARED = ("elicence", "data_share", "reuse")


def case_materials(cases: Cases) -> pl.DataFrame:
    """One row per case and paper; a paper that is exempt by rule is looked up, others are spared where they are in the library and used."""
    flow, rng = cases.batch.flow, cases.batch.rng("papers")
    known = np.flatnonzero(~after_last(cases.at["applied"], flow.stage.town.last))
    asked = pl.DataFrame({"row": known, "item": cases.item[known].astype(np.int64), "day": cases.at["applied"][known] // DAY})
    rows = asked.join(flow.stage.papers, on="item", maintain_order="left_right").filter(
        (pl.col("day") >= pl.col("start")) & (pl.col("day") < pl.col("end"))
    )
    row, day, n, habits = rows["row"].to_numpy(), rows["day"].to_numpy(), rows.height, flow.habits
    ruled = (day >= rows["spared"].to_numpy()) & np.ones(n, dtype=bool)
    available = ruled | (rows["licence_type"].is_not_null().to_numpy() & (rng.random(n) < path(habits["available"], day)))
    spared = ruled | (available & (rng.random(n) < path(habits["exempt"], day)))
    kind = np.array([habits["by"][name] for name in _SPARED])
    how = np.where(ruled, 3, 2 + pick(rng, kind, n))
    how = np.where(spared, how, (~cases.is_window[row]).astype(int))
    frame = {
        "case_id": cases.ids[row], "material_code": rows["material_code"], "required": pl.repeat("true", n, eager=True),
        "provided_by": words(HOW, how), "licence_type": rows["licence_type"], "was_available": words(("false", "true"), available.astype(int)),
        "copies": pl.repeat(1, n, eager=True), "submitted_at": instant(np.where(spared, -1, cases.at["applied"][row])),
        "resubmission_no": pl.repeat(0, n, eager=True),
    }  # fmt: skip
    return pl.DataFrame(frame)
