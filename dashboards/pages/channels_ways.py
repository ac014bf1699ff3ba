"""Sections of the page of channels about cases and sessions: the mix over time, the flow from application to result, the steps of sessions."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboards import elements as html
from dashboards import formats
from dashboards.attributes import aria
from dashboards.board import Board
from dashboards.cards.chart import Chart, chart_card
from dashboards.cards.table import Column, Table
from dashboards.controls import CHANNELS, View
from dashboards.course import Course
from dashboards.figures.look import Look
from dashboards.figures.mix import Mix, mix
from dashboards.figures.sankey import sankey, sankey_alt
from dashboards.figures.stages import stages
from dashboards.indicators import Indicator
from dashboards.pages.channels_rows import flows, steps
from dashboards.pages.channels_text import with_interval
from dashboards.pages.frame import Frame
from dashboards.periods import Period
from dashboards.words import say

CASES = Indicator("cases_completed", "cases_completed")
SHARE = Indicator("channel_mix", "channel_mix")
COUNTED = "counted"  # what `pick` says when the mix is drawn in cases
FLOWING = ("window", "web", "app", "wechat", "terminal")  # channels with a band of their own
AT_HAND = {"elicence": "digital", "download": "digital", "courier": "courier", "none": "untold"}
STEPS = ("viewed", "started", "submitted", "ended")


def ask_mix(board: Board) -> Board:
    """Note what the mix needs."""
    return board.want([CASES, SHARE], by="channel")


def mix_section(frame: Frame, wide: Board) -> html.Section:
    """Channels of completed cases over time, as shares or as cases."""
    lang, view = frame.lang, frame.view
    is_share = view.pick != COUNTED
    counts, shares = wide.courses(CASES, "channel"), wide.courses(SHARE, "channel")
    rows = _mix_rows(counts, shares, lang)
    drawn = rows.select("period", "is_provisional", part="name", value="cases")
    chart = Chart(
        _mix_title(shares, frame),
        mix(drawn, Look.of(lang, view.theme, "cases"), Mix(is_share=is_share)),
        _mix_alt(shares, frame),
        _mix_table(rows, lang),
        say(lang, "channels.mix.note"),
    )
    card = chart_card(chart, view)
    card.children.insert(1, _chooser(view, is_share=is_share))  # type: ignore[union-attr]
    return card


def _chooser(view: View, *, is_share: bool) -> html.P:
    """Two links: shares or cases."""
    choices = (("share", "", is_share), ("counted", COUNTED, not is_share))
    links = [
        html.A(say(view.lang, f"channels.mix.{key}"), href=view.href(pick=pick, define=""), **(aria(current="true") if on else {}))
        for key, pick, on in choices
    ]
    return html.P([part for link in links for part in (link, " ")], className="chooser")


def _mix_rows(counts: Mapping[str, Course], shares: Mapping[str, Course], lang: str) -> pl.DataFrame:
    """One row a period and channel, oldest period first."""
    order = {channel: at for at, channel in enumerate(CHANNELS)}
    found = []
    for channel in sorted(counts, key=lambda name: order.get(name, len(order))):
        share = shares[channel].readings if channel in shares else {}
        for row in counts[channel].series.iter_rows(named=True):
            there = share.get(row["period"])
            found.append(
                (row["period"], row["start"], channel_name(channel, lang), row["value"], row["is_provisional"], there and there.value, there and there.low,
                 there and there.high)
            )  # fmt: skip
    schema = {"period": pl.String, "start": pl.Date, "name": pl.String, "cases": pl.Float64, "is_provisional": pl.Boolean}
    frame = pl.DataFrame(found, schema=schema | dict.fromkeys(("share", "low", "high"), pl.Float64), orient="row")
    return frame.sort("start", maintain_order=True)


def channel_name(channel: str, lang: str) -> str:
    """A channel in words; `other` where the code is none of ours."""
    return say(lang, f"channel.{channel if channel in CHANNELS else 'other'}")


def _mix_title(shares: Mapping[str, Course], frame: Frame) -> str:
    """The largest channel of the period by name."""
    lang = frame.lang
    known = {channel: course.now.value for channel, course in shares.items() if course.now.value is not None}
    if not known:
        return say(lang, "channels.mix.title")
    most = max(known, key=lambda channel: known[channel] or 0)
    return say(lang, "channels.mix.finding", channel=channel_name(most, lang), share=formats.share(known[most] or 0, lang))


def _mix_alt(shares: Mapping[str, Course], frame: Frame) -> str:
    parts = [
        say(frame.lang, "figure.pair", name=channel_name(channel, frame.lang), value=formats.share(course.now.value, frame.lang))
        for channel, course in shares.items()
        if course.now.value is not None
    ]
    name = say(frame.lang, "channels.mix.title")
    return say(frame.lang, "channels.mix.alt", name=name, parts=formats.listed(parts or [say(frame.lang, "drawing.none")], frame.lang))


def _mix_table(rows: pl.DataFrame, lang: str) -> Table:
    columns = (
        Column("period", say(lang, "columns.period"), show=lambda row: _named(row["period"], lang)),
        Column("name", say(lang, "channels.channel")),
        Column("cases", say(lang, "channels.cases"), "cases"),
        Column("share", say(lang, "channels.share"), "share", low="low", high="high"),
    )
    return Table("mix", say(lang, "channels.mix.title"), columns, rows, order="-period", size=24)


def _named(key: str, lang: str) -> str:
    period = Period.parse(key)
    return formats.period(period, lang) if period else key


def flows_section(frame: Frame) -> html.Section:
    """From the channel of application over the hall to how the result was handed over."""
    lang, view = frame.lang, frame.view
    found = flows(frame.gate, frame.scope)
    drawn, look = _flow_rows(found, frame), Look.of(lang, view.theme, "cases")
    chart = Chart(
        _flow_title(found, lang), sankey(drawn, look), sankey_alt(drawn, look), _flow_table(found, frame), say(lang, "channels.flows.note")
    )
    return chart_card(chart, view)


def _flow_rows(found: pl.DataFrame, frame: Frame) -> pl.DataFrame:
    lang = frame.lang
    named = found.with_columns(
        channel=pl.when(pl.col("channel").is_in(FLOWING)).then("channel").otherwise(pl.lit("other")),
        came=pl.when("has_come").then(pl.lit("came")).otherwise(pl.lit("stayed")),
        mode=pl.col("mode").replace_strict(AT_HAND, default="collected"),
    )
    first = named.group_by("channel", "came").agg(pl.col("cases").sum()).sort(pl.col("channel").replace_strict(_rank(), default=9), "came")
    second = named.group_by("came", "mode").agg(pl.col("cases").sum()).sort("came", "mode")
    rows = [
        (0, channel_name(row["channel"], lang), say(lang, f"channels.flows.{row['came']}"), row["cases"], _flow_href(row["channel"], frame))
        for row in first.iter_rows(named=True)
    ]
    rows += [
        (1, say(lang, f"channels.flows.{row['came']}"), say(lang, f"channels.flows.{row['mode']}"), row["cases"], "")
        for row in second.iter_rows(named=True)
    ]
    schema = {"stage": pl.Int64, "source": pl.String, "target": pl.String, "value": pl.Float64, "href": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rank() -> dict[str, int]:
    return {channel: at for at, channel in enumerate(FLOWING)}


def _flow_href(channel: str, frame: Frame) -> str:
    """The cases of a channel; none of the rest, which is no single channel."""
    return frame.rows_href("cases_completed", channel=channel) if channel in FLOWING else ""


def _flow_title(found: pl.DataFrame, lang: str) -> str:
    """How many cases nobody came for."""
    if found.is_empty():
        return say(lang, "channels.flows.title")
    stayed = int(found.filter(~pl.col("has_come"))["cases"].sum())
    texts = {"stayed": formats.count(stayed, lang), "cases": formats.count(int(found["cases"].sum()), lang)}
    return say(lang, "channels.flows.finding", **texts)


def _flow_table(found: pl.DataFrame, frame: Frame) -> Table:
    lang = frame.lang
    modes = {mode: say(lang, f"channels.modes.{mode}") for mode in found["mode"].unique().to_list()}
    rows = found.with_columns(
        href=pl.col("channel").map_elements(lambda code: frame.rows_href("cases_completed", channel=code) if code in CHANNELS else "", pl.String),
        channel=pl.col("channel").map_elements(lambda code: channel_name(code, lang), pl.String),
        mode=pl.col("mode").replace_strict(modes, default=""),
    )  # fmt: skip
    columns = (
        Column("channel", say(lang, "channels.channel"), href="href"),
        Column("has_come", say(lang, "channels.flows.has_come"), "flag"),
        Column("mode", say(lang, "channels.flows.handed_over")),
        Column("cases", say(lang, "channels.cases"), "cases"),
    )
    return Table("flows", say(lang, "channels.flows.title"), columns, rows, order="-cases")


def steps_section(frame: Frame, board: Board) -> html.Section:
    """How far sessions on the web, in apps and on terminals go, and how many applications reach their end."""
    lang, view = frame.lang, frame.view
    found = steps(frame.gate, frame.scope)
    ended = board.course(Indicator("digital_completion_rate", "digital_completion_rate"))
    sums = [int(found[name].sum()) if found.height else None for name in STEPS]
    drawn = pl.DataFrame(
        {"stage": [say(lang, f"channels.steps.{name}") for name in STEPS], "count": sums}, schema_overrides={"count": pl.Int64}
    )
    pairs = [
        say(lang, "figure.pair", name=row["stage"], value=formats.count(row["count"] or 0, lang)) for row in drawn.iter_rows(named=True)
    ]
    title = (
        say(lang, "channels.steps.finding", value=with_interval(ended, lang))
        if ended.now.value is not None
        else say(lang, "channels.steps.title")
    )
    chart = Chart(
        title,
        stages(drawn, Look.of(lang, view.theme, "cases")),
        say(lang, "channels.mix.alt", name=say(lang, "channels.steps.title"), parts=formats.listed(pairs if found.height else [say(lang, "drawing.none")], lang)),
        _steps_table(found, lang),
        say(lang, "channels.steps.note"),
    )  # fmt: skip
    return chart_card(chart, view)


def _steps_table(found: pl.DataFrame, lang: str) -> Table:
    rows = found.with_columns(channel=pl.col("channel").map_elements(lambda code: channel_name(code, lang), pl.String))
    heads = [Column(name, say(lang, f"channels.steps.{name}"), "cases") for name in STEPS]
    return Table("steps", say(lang, "channels.steps.title"), (Column("channel", say(lang, "channels.channel")), *heads), rows)
