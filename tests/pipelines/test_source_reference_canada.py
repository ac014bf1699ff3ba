"""The real service inventory of Canada (../shared/data/gc-service-inventory): every reference answer of its SOURCE.md, from the core tables.

One is not expressed: that the channels add up to num_applications_total, since a total beside its parts is not loaded. The snapshot says 0 differ.
"""

from __future__ import annotations

import pytest

STEPS = """
    create temp view step as
    select item_id, period_start, bool_or(status = 'yes') as any_yes, bool_or(status in ('yes', 'no')) as any_answer,
           bool_and(status in ('yes', 'not_applicable')) as all_fit, bool_and(status = 'not_applicable') as none_applies
    from core_interaction_point group by all"""


@pytest.fixture(scope="module")
def canada(real, tmp_path_factory: pytest.TempPathFactory):
    with real("gc_service_inventory", "gc-service-inventory", tmp_path_factory.mktemp("canada")) as found:
        found.con.execute(STEPS)
        yield found


def test_a_receipt_per_file_counts_every_record_once(canada) -> None:
    assert canada.counts() == [("channel_volumes", 1721, 1721, 0), ("service_standards", 2341, 2341, 0)]
    assert canada.row("select count(*) from core_channel_volume") == (1721 * 7,)
    assert canada.row("select count(*) from core_interaction_point") == (1721 * 6,)


def test_services_organisations_years(canada) -> None:
    assert canada.row("select count(*), count(distinct item_id), count(distinct dept_id) from core_service_item") == (1721, 1716, 78)
    assert canada.rows("select version, valid_from::varchar, count(*) from core_service_item group by 1, 2 order by 1") == [
        (2022, "2022-04-01", 5), (2023, "2023-04-01", 1715), (2024, "2024-04-01", 1),
    ]  # fmt: skip
    assert canada.row("select count(*) from core_department") == (78,)


def test_end_to_end_online(canada) -> None:
    assert canada.row(
        "select sum((all_fit and any_yes)::int)::int, round(avg((all_fit and any_yes)::int), 6) from step where any_answer"
    ) == (417, 0.332801)
    assert canada.row("select count(*) from step where none_applies") == (468,)


def test_share_of_each_step(canada) -> None:
    rows = canada.rows(
        "select point, round(avg((status = 'yes')::int), 6) from core_interaction_point where status <> 'not_applicable' group by 1 order by 1"
    )
    assert rows == [
        ("application", 0.514554), ("authentication", 0.429167), ("decision", 0.319714),
        ("issuance", 0.389728), ("registration", 0.432212), ("resolution", 0.420504),
    ]  # fmt: skip


def test_applications_by_channel(canada) -> None:
    assert canada.rows("select channel, sum(applications) from core_channel_volume group by 1 order by 2 desc") == [
        ("web", 267041986.0), ("window", 102586355.0), ("mail", 21405372.0), ("other", 9919487.0),
        ("hotline", 3809010.0), ("email", 3179476.0), ("fax", 115809.0),
    ]  # fmt: skip
    assert canada.row("select round(sum(applications) filter (channel = 'web') / sum(applications), 6) from core_channel_volume") == (
        0.654422,
    )


def test_not_determined_is_not_not_applicable(canada) -> None:
    assert canada.rows("select availability, count(*), count(applications) from core_channel_volume where channel = 'web' group by 1 order by 1") == [
        ("no_data", 247, 0), ("not_applicable", 515, 0), ("reported", 959, 959),
    ]  # fmt: skip


def test_standards(canada) -> None:
    assert canada.row("select count(*), count(distinct standard_id), count(distinct item_id) from core_service_standard") == (
        2341,
        2327,
        996,
    )
    assert canada.rows("select met, count(*) from core_service_standard group by 1 order by 1") == [
        ("no", 473),
        ("not_applicable", 562),
        ("yes", 1306),
    ]
    assert canada.row("select round(avg((met = 'yes')::int), 5) from core_service_standard where met <> 'not_applicable'") == (0.73412,)


def test_standards_by_channel(canada) -> None:
    rows = canada.rows(
        "select channel, count(*), round(avg((met = 'yes')::int), 6) from core_service_standard where met <> 'not_applicable' group by 1 order by 1"
    )
    assert rows == [
        ("email", 501, 0.776447), ("fax", 13, 0.923077), ("hotline", 104, 0.634615), ("mail", 66, 0.590909),
        ("other", 549, 0.684882), ("web", 503, 0.787276), ("window", 43, 0.651163),
    ]  # fmt: skip


def test_performance(canada) -> None:
    assert canada.row(
        "select round(sum(volume_met) / sum(volume_total), 6) from core_service_standard where volume_met is not null and volume_total > 0"
    ) == (0.949549,)
    assert canada.row("select count(*) from core_service_standard where volume_met > volume_total") == (9,)
    assert canada.row(
        "select count(*) from core_service_standard where met in ('yes', 'no') and (performance >= target) <> (met = 'yes')"
    ) == (0,)


def test_every_standard_is_of_a_listed_service(canada) -> None:
    assert canada.row("select count(*) from core_service_standard where item_id not in (select item_id from core_service_item)") == (0,)


def test_again_changes_nothing(canada) -> None:
    receipts = canada.again(canada.files).receipts
    assert [(each.read, each.duplicate) for each in receipts] == [(1721, 1721), (2341, 2341)]
