"""How cases flow from step to step, such as from the channel of the application to that of the result: bands as wide as the number of cases."""

from __future__ import annotations

import polars as pl

from dashboards.figures.drawing import Drawing
from dashboards.figures.labels import clipped, without_data
from dashboards.figures.look import Look, blank, plain
from dashboards.figures.shades import neutral
from dashboards.theme import see_through
from dashboards.words import say

LEAST, ROW = 220, 44
TOLD = 5  # flows that the text alternative names

Node = tuple[int, str]


def sankey(flows: pl.DataFrame, look: Look) -> Drawing:
    """Draw `flows` (source, target, value; if known stage: 0 for the first step, and href).

    The same name at two stages is two boxes. Without a stage all flows lead from the first column to the second.
    """
    known = staged(flows)
    if known.is_empty():
        return without_data(look, LEAST, flows)
    nodes = _nodes(known)
    at = {node: place for place, node in enumerate(nodes)}
    rows = list(known.iter_rows(named=True))
    stages = {stage for stage, _ in nodes}
    tallest = max(sum(1 for stage, _ in nodes if stage == each) for each in stages)
    figure = blank(look, max(LEAST, 40 + ROW * tallest))
    sizes = _sizes(rows, nodes)
    figure.add_sankey(
        arrangement="fixed",
        node={
            "label": [f"{clipped(name, 18)} {look.text(sizes[(stage, name)])}" for stage, name in nodes],
            "color": [look.palette.accent if stage == 0 else neutral(look.palette) for stage, _ in nodes],
            "x": [_across(stage, max(stages)) for stage, _ in nodes],
            "y": _down(nodes, sizes),
            "pad": 18,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [at[(row["stage"], row["source"])] for row in rows],
            "target": [at[(row["stage"] + 1, row["target"])] for row in rows],
            "value": [row["value"] for row in rows],
            "color": [see_through(look.palette.accent, 0.28)] * len(rows),
            "customdata": [row.get("href") or "" for row in rows],
            "label": [_told(row, look) for row in rows],
            "hovertemplate": "%{label}<extra></extra>",
        },
        textfont={"color": look.palette.ink, "size": 12, "shadow": "none"},
        name="flows",
    )
    figure.update_layout(margin={"l": 8, "r": 8, "t": 16, "b": 16}, hovermode="closest")
    return figure


def staged(flows: pl.DataFrame) -> pl.DataFrame:
    """Flows that carry something, with their stage."""
    known = flows.filter(pl.col("value").is_not_null() & (pl.col("value") > 0))
    return known if "stage" in known.columns else known.with_columns(stage=pl.lit(0))


def _nodes(known: pl.DataFrame) -> list[Node]:
    pairs = [((row["stage"], row["source"]), (row["stage"] + 1, row["target"])) for row in known.iter_rows(named=True)]
    return sorted(dict.fromkeys(node for pair in pairs for node in pair), key=lambda node: node[0])


def _sizes(rows: list[dict], nodes: list[Node]) -> dict[Node, float]:
    """What flows through each box: the larger of what comes in and what goes out."""
    into, out = dict.fromkeys(nodes, 0.0), dict.fromkeys(nodes, 0.0)
    for row in rows:
        out[(row["stage"], row["source"])] += row["value"]
        into[(row["stage"] + 1, row["target"])] += row["value"]
    return {node: max(into[node], out[node]) for node in nodes}


def _across(stage: int, last: int) -> float:
    """Places across: never exactly 0 or 1, which Plotly takes for "anywhere"."""
    return min(max(stage / max(last, 1), 0.001), 0.999)


def _down(nodes: list[Node], sizes: dict[Node, float]) -> list[float]:
    """The middle of each box, boxes of a stage one below the other in the order of the rows."""
    places, seen = [], {}
    for stage, name in nodes:
        column = [node for node in nodes if node[0] == stage]
        whole = sum(sizes[node] for node in column) or 1.0
        gap = 0.3 / max(len(column), 1)
        part = sizes[(stage, name)] / whole * (1 - gap * (len(column) - 1))
        places.append(min(max(seen.get(stage, 0.0) + part / 2, 0.001), 0.999))
        seen[stage] = seen.get(stage, 0.0) + part + gap
    return places


def _told(row: dict, look: Look) -> str:
    return say(look.lang, "drawing.flow", source=plain(row["source"]), target=plain(row["target"]), value=look.text(row["value"]))


def sankey_alt(flows: pl.DataFrame, look: Look) -> str:
    """The total and the largest flows in words."""
    known = staged(flows).sort("value", descending=True)
    if known.is_empty():
        return say(look.lang, "drawing.none")
    first = known.filter(pl.col("stage") == known["stage"].min())
    parts = [
        say(look.lang, "drawing.flow", source=row["source"], target=row["target"], value=look.text(row["value"]))
        for row in known.head(TOLD).iter_rows(named=True)
    ]
    joint = "；" if look.lang == "zh" else "; "
    return say(look.lang, "drawing.flow_alt", total=look.text(float(first["value"].sum())), parts=joint.join(parts))
