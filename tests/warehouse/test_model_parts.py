"""Models whose rows belong to days: a build concerns the days that files touched. That it gives the rows of a full one is shown in test_model_build."""

import re

import sqlglot

from warehouse.models import graph


def test_their_inputs_are_written_so_that_they_can_be_narrowed():
    for model in (model for model in graph.models().values() if model.contract and model.contract.part):
        tree = sqlglot.parse_one(model.sql, read="duckdb")
        assert not model.contract.columns[model.contract.part].nullable
        for name in model.contract.incremental:
            written = len(re.findall(rf"\b(?:from|join) {name}\b", model.sql))
            assert 0 < written == sum(table.name == name for table in tree.find_all(sqlglot.exp.Table)), (model.name, name)


def test_tickets_are_rebuilt_for_touched_days_only(city):
    def draw(number: int, day: int, **more: str) -> None:
        city.add(
            "queue_tickets", {"ticket_id": f"t{number}", "site_id": "S", "issued_at": f"2024-03-{day:02} 09:00", "status": "served"} | more
        )

    for number in range(20):
        draw(number, number + 1, **({"appointment_id": "A"} if number == 9 else {}))
    city.build_all()
    city.con.execute("update mart_ticket set queue_code = 'untouched'")
    city.file_id = 2
    draw(20, 5)
    city.add("appointments", {"appointment_id": "A", "site_id": "S", "slot_start_at": "2024-03-10 09:30", "status": "served"})
    city.build_all()
    rebuilt = city.all("mart_ticket", "queue_code is null")
    assert sorted((row["issued_on"].day, row["ticket_id"]) for row in rebuilt) == [(5, "t20"), (5, "t4"), (10, "t9")]


def test_a_day_whose_record_moved_to_another_is_rebuilt_as_well(city):
    for day in range(1, 11):
        city.add("queue_tickets", {"ticket_id": f"t{day}", "site_id": "S", "issued_at": f"2024-03-{day:02} 09:00", "status": "served"})
    city.build_all()
    city.file_id = 2
    city.con.execute(
        "insert into history_queue_ticket by name select *, false as is_deleted, false as is_current from core_queue_ticket where ticket_id = 't3'"
    )
    city.con.execute("delete from core_queue_ticket where ticket_id = 't3'")
    city.add("queue_tickets", {"ticket_id": "t3", "site_id": "S", "issued_at": "2024-03-07 09:00", "status": "left"})
    city.build_all()
    assert [row["ticket_id"] for row in city.all("mart_ticket", "issued_on in (date '2024-03-03', date '2024-03-07')")] == ["t3", "t7"]
    records = {row["day_on"].day: row["records"] for row in city.all("mart_source_day")}
    assert 3 not in records and sum(records.values()) == 10
