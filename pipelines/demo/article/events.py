"""Rows of the case_events and deliveries feeds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.demo.article.cases import GRANTED, NOT_ACCEPTED, OUTCOMES, WITHDRAWN, Cases, after_last
from pipelines.demo.article.course import MODES, PICKUP
from pipelines.demo.article.stage import CHANNELS, TERMINAL, WINDOW
from pipelines.demo.writing import instant, lookup, words

TYPES = ("submitted", "received", "onsite_original_check", "onsite_submission", "accepted", "not_accepted", "supplement_requested", "supplement_received",
         "decided", "completed", "withdrawn", "result_ready", "onsite_pickup", "delivered")  # fmt: skip
ACTORS = ("applicant", "agent", "staff", "system")
APPLICANT, AGENT, STAFF, SYSTEM = range(4)


@dataclass
class Log:
    """Events noted so far, column by column."""

    cases: Cases
    parts: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def note(self, kind: str, rows: np.ndarray, at: str, **own: np.ndarray | int) -> None:
        """Note one event of each of some cases; what is not said is the case's own channel, done by staff."""
        every = {"kind": TYPES.index(kind), "case": rows, "at": self.cases.at[at][rows], "channel": self.cases.channel[rows]}
        every |= {"actor": STAFF, "on_site": 0, "outcome": -1} | own
        for name, values in every.items():
            self.parts.setdefault(name, []).append(np.broadcast_to(np.asarray(values), rows.shape))


def people(cases: Cases) -> pl.Series:
    """Who applies: persons and firms by number; once each where the YAML says so; twins are handed in by the same one."""
    flow, rng, n = cases.batch.flow, cases.batch.rng("people"), len(cases)
    town = flow.stage.town
    firm = np.array(["enterprise" in item["audience"] for item in flow.stage.items])[cases.item]
    pool = max(int(town.volume(town["people"])), 50)
    known = min(max(town.account_holders, 50), pool)  # who applies online has an account
    person = np.where(cases.is_online, rng.integers(1, known, n), rng.integers(1, pool, n))
    no = np.where(firm, rng.integers(1, max(pool // 8, 20), n), person)
    letter = words(("P", "F"), firm.astype(int))
    if flow.spec.get("applicants") == "once":
        no, letter = np.arange(1, n + 1) + cases.batch.start * 1_000_000, pl.repeat("C", n, eager=True)
    if flow.spec.get("bundle"):
        no = no[np.arange(n) // 2 * 2]
    return pl.select(letter + pl.Series(no).cast(pl.String).str.zfill(8)).to_series()


def case_events(cases: Cases, person: pl.Series) -> pl.DataFrame:
    """Every event of a batch that has happened by the last day."""
    log = Log(cases)
    came = np.where(cases.batch.rng("agents").random(len(cases)) < cases.batch.flow.habits["agents"], AGENT, APPLICANT)
    _start(log, came)
    _middle(log)
    _finish(log, came)
    return _rows(log, person)


def _start(log: Log, came: np.ndarray) -> None:
    cases = log.cases
    window, away = np.flatnonzero(cases.is_window & ~cases.is_twin), np.flatnonzero(~cases.is_window)
    log.note("received", window, "started", actor=came[window], on_site=1)
    twin = np.flatnonzero(cases.is_window & cases.is_twin)
    log.note("onsite_submission", twin, "started", actor=came[twin - 1], on_site=1)
    log.note("submitted", away, "applied", actor=APPLICANT)
    log.note("onsite_original_check", np.flatnonzero(cases.is_checked), "checked", channel=WINDOW, actor=APPLICANT, on_site=1)


def _middle(log: Log) -> None:
    cases, refused = log.cases, log.cases.outcome == NOT_ACCEPTED
    log.note("accepted", np.flatnonzero(~refused), "accepted")
    log.note("not_accepted", np.flatnonzero(refused), "ended", outcome=NOT_ACCEPTED)
    log.note("supplement_requested", np.flatnonzero(cases.at["asked"] >= 0), "asked")
    log.note("supplement_received", np.flatnonzero(cases.at["brought"] >= 0), "brought", actor=APPLICANT)


def _finish(log: Log, came: np.ndarray) -> None:
    cases = log.cases
    decided, spot = cases.outcome < NOT_ACCEPTED, cases.is_window & (cases.net_days + cases.pause_days == 0)
    rows = np.flatnonzero(decided & ~spot)
    log.note("decided", rows, "ended", outcome=cases.outcome[rows], actor=np.where(cases.is_window[rows], STAFF, SYSTEM))
    rows = np.flatnonzero(decided)
    log.note("completed", rows, "ended", outcome=cases.outcome[rows])
    log.note("withdrawn", np.flatnonzero(cases.outcome == WITHDRAWN), "ended", outcome=WITHDRAWN, actor=APPLICANT)
    mode = cases.at["mode"]
    rows = np.flatnonzero(mode == PICKUP)
    log.note("result_ready", rows, "dispatched")
    log.note("onsite_pickup", rows, "delivered", channel=WINDOW, actor=came[rows], on_site=1)
    rows = np.flatnonzero((mode >= 0) & (mode != PICKUP))
    log.note("delivered", rows, "delivered", actor=SYSTEM)
    log.note("delivered", np.flatnonzero(spot & (cases.outcome == GRANTED)), "finished")


def _rows(log: Log, person: pl.Series) -> pl.DataFrame:
    cases, stage = log.cases, log.cases.batch.flow.stage
    column = {name: np.concatenate(parts) for name, parts in log.parts.items()}
    keep = ~after_last(column["at"], stage.town.last)
    order = np.lexsort((column["kind"][keep], column["at"][keep], column["case"][keep]))
    column = {name: values[keep][order] for name, values in column.items()}
    case, n = column["case"], len(order)
    first = np.flatnonzero(np.diff(case, prepend=-1))
    sequence = np.arange(n) - np.repeat(first, np.diff(first, append=n)) + 1
    ids, is_first = cases.ids[case], sequence == 1
    named = np.where(is_first | (column["kind"] == TYPES.index("accepted")), cases.item[case], -1)
    terminal = (cases.channel[case] == TERMINAL) & is_first
    point = np.where(column["on_site"] > 0, cases.site[case], -1)
    machine = np.where(terminal & (len(stage.terminal_ids) > 0), case % max(len(stage.terminal_ids), 1), -1)
    bundle = pl.Series(np.where(is_first & bool(cases.batch.flow.spec.get("bundle")), case // 2, -1))
    frame = {
        "event_id": ids + "-" + pl.Series(sequence).cast(pl.String), "case_id": ids, "event_type": words(TYPES, column["kind"]),
        "occurred_at": instant(column["at"]), "channel": words(CHANNELS, column["channel"]), "item_id": lookup(stage.item_ids, named),
        "dept_id": lookup(stage.dept_ids, named), "division_code": lookup(stage.division_codes, np.where(is_first, cases.item[case], -1)),
        "point_id": lookup(stage.site_ids, point).zip_with(pl.Series(machine < 0), lookup(stage.terminal_ids, machine)),
        "on_site": words(("true",), column["on_site"] - 1), "actor_kind": words(ACTORS, column["actor"]),
        "applicant_key": lookup(person, np.where(is_first | (column["on_site"] > 0), case, -1)), "outcome": words(OUTCOMES, column["outcome"]),
        "bundle_id": pl.select(pl.when(bundle >= 0).then(cases.batch.label.upper() + pl.lit("-B") + bundle.cast(pl.String))).to_series(),
    }  # fmt: skip
    return pl.DataFrame(frame)


def deliveries(cases: Cases) -> pl.DataFrame:
    """Results sent, laid out for pick-up or put online by the last day."""
    last = cases.batch.flow.stage.town.last
    rows = np.flatnonzero((cases.at["mode"] >= 0) & ~after_last(cases.at["dispatched"], last))
    mode, ids = cases.at["mode"][rows], cases.ids[rows]
    arrived = np.where(after_last(cases.at["delivered"][rows], last), -1, cases.at["delivered"][rows])
    frame = {"delivery_id": "D-" + ids, "case_id": ids, "direction": pl.repeat("result", len(rows), eager=True), "mode": words(MODES, mode)}
    frame |= {"dispatched_at": instant(cases.at["dispatched"][rows]), "received_at": instant(arrived)}
    return pl.DataFrame(frame | {"status": words(("delivered", "under_way"), (arrived < 0).astype(int))})
