"""Papers: which ones an item asks for, since when it no longer does, and how each case's papers came in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.applications import TERMINAL
from pipelines.demo.city import City
from pipelines.demo.course import LAPSED, Course
from pipelines.demo.days import number
from pipelines.demo.evolution import NEVER
from pipelines.demo.model import path, path_by_group
from pipelines.demo.registers import dates
from pipelines.demo.writing import instant, lookup, words

PROVIDED = ("paper", "upload", "reuse", "elicence", "data_share", "commitment", "not_provided")
PAPER, UPLOAD, REUSE, ELICENCE, DATA_SHARE, COMMITMENT, NOT_PROVIDED = range(len(PROVIDED))
SLOTS = 4  # an item asks for at most so many papers


@dataclass(frozen=True)
class Papers:
    """Papers of every item as [item, slot]: number of the paper (-1 none) and the day from which it is no longer asked for."""

    codes: list[str]
    licence: np.ndarray  # of each paper: number of the licence type, -1
    paper: np.ndarray
    exempt_from: np.ndarray


def papers(city: City) -> Papers:
    """Choose the papers of every item: the form, what such applicants bring, what the function wants."""
    rng, asked = city.rng("papers"), city.model["asked"]
    codes, types = list(city.model["papers"]), list(city.model["licences"])
    licence = np.array([types.index(spec[2]) if spec[2] else -1 for spec in city.model["papers"].values()])
    paper = np.full((len(city.items), SLOTS), -1)
    for row, item in enumerate(city.items):
        own, extra = asked[item.asked], asked[item.function]
        wanted = ["form", own[0]] + ([own[1]] if rng.random() < 0.45 else []) + [extra[rng.integers(len(extra))]]
        unique = list(dict.fromkeys(wanted))
        paper[row, : len(unique)] = [codes.index(code) for code in unique]
    return Papers(codes, licence, paper, _exempt_from(city, rng, paper, licence))


def _exempt_from(city: City, rng: np.random.Generator, paper: np.ndarray, licence: np.ndarray) -> np.ndarray:
    """Day from which a paper that the city itself holds is no longer asked for (NEVER: still asked for)."""
    since = np.array([number(spec[3]) for spec in city.model["licences"].values()])
    held = np.where((paper >= 0) & (licence[paper] >= 0), since[licence[paper]], NEVER)
    out = np.full(paper.shape, NEVER)
    chance = city.model["reviews"]["exempt"] * (1 + 0.8 * np.isin(city.group, (1, 2)))[:, None]
    for day in city.evolution.days[1:]:
        now = (held <= day) & (out == NEVER) & (rng.random(paper.shape) < chance)
        out[now] = day
    return out


def case_materials(city: City, known: Papers, course: Course, ids: pl.Series) -> pl.DataFrame:
    """Rows of the case_materials feed for a batch's cases."""
    made, rng = course.made, city.rng("materials", course.made.start)
    case, slot = np.nonzero(known.paper[made.item] >= 0)
    paper = known.paper[made.item[case], slot]
    by, was_there = _provided(city, known, course, (rng, case, slot))
    again = rng.permutation(np.flatnonzero(course.brought[0][case] >= 0))
    again = again[np.unique(case[again], return_index=True)[1]]  # one paper of each supplemented case comes in again
    moment = np.where(np.isin(by, (PAPER, UPLOAD)), np.where(made.is_online[case], made.at[case], course.received[case]), -1)
    rows = np.concatenate([np.arange(len(case)), again])
    second = np.arange(len(rows)) >= len(case)
    at = np.where(second, course.brought[0][case[rows]], moment[rows])
    by = np.where(second, np.where(made.is_online[case[rows]], UPLOAD, PAPER), by[rows])
    types = known.licence[paper[rows]]
    frame = {
        "case_id": ids[case[rows]], "material_code": words(known.codes, paper[rows]), "required": words(("true",), np.zeros(len(rows), dtype=int)),
        "provided_by": words(PROVIDED, by), "licence_type": words(list(city.model["licences"]), types),
        "was_available": words(("false", "true"), np.where(types >= 0, was_there[rows].astype(int), -1)), "copies": pl.Series(np.ones(len(rows), dtype=np.int64)),
        "submitted_at": instant(at), "resubmission_no": pl.Series(second.astype(np.int64)),
        "_at": instant(np.where(second, at, made.at[case[rows]])),
    }  # fmt: skip
    return pl.DataFrame(frame)


def _provided(
    city: City, known: Papers, course: Course, what: tuple[np.random.Generator, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """How each paper came in, and whether the city held it when it was asked for."""
    rng, case, slot = what
    made, spec, n = course.made, city.model["documents"], len(case)
    item, day, group = made.item[case], made.day[case], made.group[case]
    licence = known.licence[known.paper[item, slot]]
    held = rng.random(n) < _cover(city, licence, day)
    exempt = held & (known.exempt_from[item, slot] <= day) & (rng.random(n) < path_by_group(spec["use"], group, day))
    reused = ~exempt & (licence >= 0) & (rng.random(n) < path_by_group(spec["reuse"], group, day))
    promised = rng.random(n) < path(spec["commitment"], day)
    lacking = (course.outcome[case] == LAPSED) & (slot == np.minimum(case % SLOTS, 2))
    online = made.is_online[case] | (made.channel[case] == TERMINAL)
    usual = np.where(online & (rng.random(n) < spec["upload"]), UPLOAD, PAPER)
    shared = np.where(rng.random(n) < 0.35, DATA_SHARE, ELICENCE)
    by = np.select([lacking, exempt, reused, promised & (licence < 0) & (slot > 1)], [NOT_PROVIDED, shared, REUSE, COMMITMENT], usual)
    return by, held


def _cover(city: City, licence: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Chance that the e-licence library holds an applicant's licence."""
    out = np.zeros(len(licence))
    for kind, (_, _, _, since, cover, _) in enumerate(city.model["licences"].values()):
        mine = (licence == kind) & (day >= number(since))
        out[mine] = path(cover, day[mine])
    return out


def item_materials(city: City, known: Papers) -> pl.DataFrame:
    """Rows of the item_materials feed: each paper as asked for, and from its day on as exempted."""
    item, slot = np.nonzero(known.paper >= 0)
    paper, until = known.paper[item, slot], known.exempt_from[item, slot]
    first = np.full(len(item), city.evolution.days[0])
    ends = until < NEVER
    rows = np.concatenate([np.arange(len(item)), np.flatnonzero(ends)])
    second = np.arange(len(rows)) >= len(item)
    specs, kinds = list(city.model["papers"].values()), known.licence[paper[rows]]
    status = np.where(second, 2, np.where(kinds >= 0, 1, 0))
    frame = {
        "item_id": lookup(city.item_ids, item[rows]), "material_code": words(known.codes, paper[rows]),
        "name_zh": words([spec[0] for spec in specs], paper[rows]), "name_en": words([spec[1] for spec in specs], paper[rows]),
        "required": pl.Series(np.full(len(rows), True)), "origin": words(("applicant", "government"), (kinds >= 0).astype(int)),
        "licence_type": words(list(city.model["licences"]), kinds), "exempt_status": words(("not_exemptible", "exemptible", "exempted"), status),
        "valid_from": dates(np.where(second, until[rows], first[rows])), "valid_to": dates(np.where(~second & ends[rows], until[rows], NEVER)),
    }  # fmt: skip
    return pl.DataFrame(frame).sort("item_id", "material_code", "valid_from")
