"""Decisions about rows that were set aside, sent by a form: taken only from pages of this machine, and what a release may then show of the rows."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from onegate.quarantine_desk import routes
from pipelines.ingest import ingest
from pipelines.quarantine import quarantined
from pipelines.release_quality import REASONS, ROWS
from warehouse.engine.duckdb import writing
from warehouse.partitions import parts_query
from warehouse.settings import Settings

FILE = """event_id,case_id,event_type,occurred_at,channel,applicant_key,reason
E1,C1,received,2026-01-01T09:00:00+08:00,web,person-1,fine
E2,C2,received,2026-01-02T09:00:00+08:00,wob,person-2,Mr Wang rang 13812345678
E3,C3,received,2026-01-03T09:00:00+08:00,13812345678,person-3,
"""
HERE = {"Host": "127.0.0.1:8050", "Origin": "http://127.0.0.1:8050", "Sec-Fetch-Site": "same-origin"}
RELEASE = {
    "id": "1:2",
    "decision": "release",
    "column": "channel",
    "value": "web",
    "by": "ann",
    "reason": "misread",
    "back": "/quality?lang=en",
}


@pytest.fixture
def settings(tmp_path) -> Settings:
    """An installation with one file, two rows of which were set aside."""
    path = tmp_path / "case_events.csv"
    path.write_text(FILE, "utf-8")
    found = Settings.load(tmp_path / "home").prepare()
    ingest(found, [path])
    return found


async def post(
    settings: Settings, form: dict[str, str], headers: dict[str, str] | None = None, *, peer: str = "127.0.0.1"
) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=routes(settings)), client=(peer, 50000))
    given = {"Content-Type": "application/x-www-form-urlencoded", **(HERE if headers is None else headers)}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8050") as client:
        return await client.post("/quarantine/decide", content=urlencode(form), headers=given)


def states(settings: Settings) -> dict[str, str]:
    return {row["id"]: row["state"] for row in quarantined(settings, everything=True)}


@pytest.mark.anyio
async def test_a_row_is_corrected_and_released(settings):
    reply = await post(settings, RELEASE)
    assert reply.status_code == 200 and "Row 1:2 is released" in reply.text and 'href="/quality?lang=en"' in reply.text
    assert states(settings) == {"1:2": "released", "1:3": "open"}
    with writing(settings) as con:
        assert con.execute("select case_id, channel from core_case_event where event_id = 'E2'").fetchall() == [("C2", "web")]
        assert con.execute("select decided_by, reason from ledger_resolution").fetchall() == [("ann", "misread")]


@pytest.mark.anyio
async def test_a_row_that_still_does_not_fit_stays_and_its_faults_are_told_in_the_readers_language(settings):
    reply = await post(settings, RELEASE | {"value": "pigeon", "lang": "zh"})
    assert reply.status_code == 422 and "第1:2号仍不符合要求" in reply.text and "未知代码：channel" in reply.text
    assert states(settings) == {"1:2": "open", "1:3": "open"}


@pytest.mark.anyio
async def test_a_row_is_dismissed_once(settings):
    form = RELEASE | {"decision": "dismiss"}
    assert (await post(settings, form)).status_code == 200
    again = await post(settings, form)
    assert again.status_code == 422 and "Not in quarantine, or decided upon already: 1:2" in again.text
    assert states(settings) == {"1:2": "dismissed", "1:3": "open"}


REFUSED = {
    "another site": (HERE | {"Sec-Fetch-Site": "cross-site"}, 403),
    "another port of this machine": (HERE | {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9000"}, 403),
    "another origin, from a browser that does not say more": ({"Host": "127.0.0.1:8050", "Origin": "http://evil.example"}, 403),
    "an origin that is hidden": (HERE | {"Origin": "null"}, 403),
    "no browser at all": ({"Host": "127.0.0.1:8050"}, 403),
    "a foreign name that leads to this machine": ({"Host": "evil.example:8050", "Origin": "http://evil.example:8050", "Sec-Fetch-Site": "same-origin"}, 403),
    "no form": (HERE | {"Content-Type": "text/plain"}, 415),
}  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("case", sorted(REFUSED))
async def test_nothing_is_taken_from(case, settings):
    headers, status = REFUSED[case]
    assert (await post(settings, RELEASE, headers)).status_code == status
    assert states(settings) == {"1:2": "open", "1:3": "open"}


@pytest.mark.anyio
async def test_nothing_is_taken_from_another_machine_nor_without_name_and_reason_nor_of_any_length(settings):
    assert (await post(settings, RELEASE, peer="10.0.0.7")).status_code == 403
    for form, status in (
        ({"by": " "}, 422),
        ({"reason": ""}, 422),
        ({"decision": "drop"}, 400),
        ({"value": "x" * 501}, 413),
        ({"more": "x" * 20_000}, 413),
    ):
        assert (await post(settings, RELEASE | form)).status_code == status
    assert states(settings) == {"1:2": "open", "1:3": "open"}


@pytest.mark.anyio
@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a b"])
async def test_the_way_back_leads_inside_and_what_was_typed_is_only_text(settings, back):
    reply = await post(settings, RELEASE | {"id": "9:9", "back": back, "by": "<b>ann</b>", "column": "<script>"})
    assert (
        "evil" not in reply.text
        and "javascript" not in reply.text
        and "<script>" not in reply.text
        and 'href="/quality?lang=en"' in reply.text
    )


@pytest.mark.anyio
async def test_there_is_no_deciding_by_a_link(settings):
    transport = httpx.ASGITransport(Starlette(routes=routes(settings)), client=("127.0.0.1", 50000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8050") as client:
        assert (await client.get("/quarantine/decide", params=RELEASE, headers=HERE)).status_code == 405


@pytest.mark.anyio
async def test_a_release_shows_of_a_row_only_codes_dates_and_numbers_and_what_was_decided(settings):
    await post(settings, RELEASE)
    with writing(settings) as con:
        rows = con.execute(f"select record_id, file, state, reasons, record from ({ROWS})").fetchall()
        reasons = con.execute(REASONS).fetchall()
        parts = con.execute(f"select file_id, feed, first_on::varchar, kept, set_aside from ({parts_query()})").fetchall()
    shown = {record_id: json.loads(record) for record_id, *_, record in rows}
    assert [row[:4] for row in rows] == [
        ("1:3", "case_events.csv", "open", ["E_ENUM:channel"]),
        ("1:2", "case_events.csv", "released", ["E_ENUM:channel"]),
    ]
    assert shown["1:2"] | {"applicant_key": "•••"} == shown["1:2"]
    assert (shown["1:2"]["channel"], shown["1:2"]["occurred_at"]) == ("wob", "2026-01-02T09:00:00+08:00")
    assert shown["1:2"]["reason"] == "•••" and shown["1:3"]["channel"] == "•••"  # a telephone number in the wrong column
    assert reasons == [("canonical", "case_events", "E_ENUM:channel", 1)]
    assert parts == [(1, "case_events", "2026-01-01", 1, 1), (2, "case_events", "2026-01-02", 1, 0)]
