"""What an article city's items offer and ask for: their channels and papers, with the days from which that holds."""

from __future__ import annotations

import polars as pl

from pipelines.demo.article.catalogue import first_functions
from pipelines.demo.article.town import Spec, Town

FUNCS = {
    "web": ("info", "apply", "progress"),
    "app": ("apply", "progress"),
    "wechat": ("apply",),
    "window": ("apply", "consult"),
    "terminal": ("apply",),
}


def offered(town: Town, item: Spec) -> dict[str, str]:
    """The channels of an item and the day from which it can be applied for there."""
    out = {}
    for channel, offer in town["items"][item["group"]].get("channels", {}).items():
        rule = offer if isinstance(offer, dict) else {"items": offer}
        count = rule.get("items", "all")
        fits = count == "all" or item["at"] < count
        fits = (
            fits
            and item["place"] < rule.get("divisions", 10**9)
            and item["function"] in first_functions(town, rule.get("functions", [item["function"]]))
        )
        if fits:
            out[channel] = str(rule.get("from", item["valid_from"]))
    return out


def item_channels(town: Town, every: list[Spec]) -> pl.DataFrame:
    """What can be done with an item on which channel, from which day."""
    rows = []
    for item in every:
        group = town["items"][item["group"]]
        for channel, start in offered(town, item).items():
            funcs = (
                *FUNCS[channel],
                *(("pay",) if item["has_fee"] and channel != "window" else ()),
                *(("appoint",) if group.get("appoint") and channel in group["appoint"] else ()),
            )
            rows += [{"item_id": item["item_id"], "channel": channel, "func": func, "valid_from": start} for func in funcs]
    return pl.DataFrame(rows)


def papers_of(town: Town, item: Spec) -> list[tuple[str, str, str | None]]:
    """Papers that an item asks for: code, first and last day (the day after; None: still asked for)."""
    group = town["items"][item["group"]]
    listed = item.get("papers") or group.get("papers", ["id_card", "form", "household", "insurance", "marriage", "real_estate"])
    chosen = (
        listed
        if item.get("papers") or group.get("all_papers")
        else [*listed[:2], *([listed[2 + item["at"] % (len(listed) - 2)]] if len(listed) > 2 else [])]
    )
    ends = {rule["paper"]: str(rule["day"]) for rule in town["cancelled"] if item["group"] in rule["groups"]}
    return [(paper, item["valid_from"], ends.get(paper)) for paper in chosen]


def exempt_from(town: Town, item: Spec, paper: str) -> str | None:
    """Day from which a paper is no longer asked for because the office looks it up itself."""
    for rule in town["exempted"]:
        if rule["paper"] == paper and item["group"] in rule["groups"]:
            return str(rule["day"])
    return None


def item_materials(town: Town, every: list[Spec]) -> pl.DataFrame:
    """Papers of every item, with the history of those that were cancelled or are exempt."""
    rows = []
    for item in every:
        for paper, start, end in papers_of(town, item):
            zh, en, licence, function = town.bodies["papers"][paper]
            owner = item["dept_id"].rsplit("-", 1)[0]
            own = {
                "item_id": item["item_id"],
                "material_code": paper,
                "name_zh": zh,
                "name_en": en,
                "required": True,
                "licence_type": licence,
            }
            own |= {
                "issuing_dept_id": f"{owner}-{function}" if function else None,
                "valid_from": start,
                "valid_to": end,
                "exempt_status": "none",
            }
            spared = exempt_from(town, item, paper)
            rows += [own] if spared is None else [own | {"valid_to": spared}, own | {"valid_from": spared, "exempt_status": "data_share"}]
    return pl.DataFrame(rows, infer_schema_length=None)
