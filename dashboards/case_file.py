"""All that a release holds of one case: what it is, its visits, documents and numbers, its single records and the files that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboards.case_records import Record, read_documents, read_points, read_records
from dashboards.gate import Gate

_CASE = "select * from mart_case where case_id = $case"
_LINKS = """select case_id, source_id, canonical_case_id, method, channel, application_on from mart_case_link
    where canonical_case_id = $case or canonical_case_id in (select canonical_case_id from mart_case_link where case_id = $case)
    order by method <> 'canonical', source_id, case_id"""
_VISITS = (
    "select visited_on, site_id, place, cause, is_terminal from mart_visit where case_id = $case and is_linked order by visited_on, place"
)
_DOCUMENTS = """select material_code, licence_type, provided_by, is_required, was_available, is_exempted, copies
    from mart_material where case_id = $case order by material_code"""
_NAMES = """select name_zh, name_en from mart_item where item_id = $item order by version desc limit 1"""
_BUNDLE = "select case_id from mart_case where bundle_id = $bundle and case_id <> $case order by case_id limit 20"
_DAYS = "select day, working_day_no from ref_working_day where calendar_id = $calendar and day between $first and $last"
_FILES = """select file_id, name, source_id, feed, sha256, received_at::timestamp as received
    from ledger_file where file_id in (select unnest($files)) order by file_id"""

Names = dict[str, tuple[str, str]]  # Chinese and English by code


def short_name(name: str) -> str:
    """A file's name without the folders of the machine that received it."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class SourceFile:
    """A file that records came from."""

    file_id: int
    name: str
    source_id: str
    feed: str | None
    sha256: str
    received: datetime

    @property
    def short(self) -> str:
        """Its name without the folders of the machine that received it."""
        return short_name(self.name)


@dataclass(frozen=True)
class CaseFile:
    """One case with everything around it."""

    row: dict[str, Any]
    item_names: tuple[str, str]
    links: list[dict[str, Any]]
    visits: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    records: list[Record]
    points: Names
    document_names: Names
    files: dict[int, SourceFile]
    working_days: dict[date, int]
    beside: list[str]

    @property
    def case_id(self) -> str:
        """The number under which the matter is counted."""
        return self.row["case_id"]

    def document(self, code: str, lang: str) -> str:
        """The name of a document; its code where the release does not know it."""
        zh, en = self.document_names.get(code, ("", ""))
        return (zh or en if lang == "zh" else en or zh) or code

    @property
    def current(self) -> list[Record]:
        """The records that count."""
        return [record for record in self.records if not record.is_overtaken]

    def gap(self, first: date, last: date) -> int | None:
        """Working days from one day to another, the first not counted; None beyond the calendar."""
        ends = [self.working_days.get(day) for day in (first, last)]
        return None if None in ends else ends[1] - ends[0]  # type: ignore[operator]


def case_file(gate: Gate, case_id: str) -> CaseFile | None:
    """Read a case once for a release; None when the release does not know its number."""
    return gate.once(("case", case_id), lambda: _read(gate, case_id))


def _read(gate: Gate, case_id: str) -> CaseFile | None:
    def ask(sql: str, **given: Any) -> list[dict[str, Any]]:
        return gate.read(lambda con, _: _rows(con, sql, given))

    links = ask(_LINKS, case=case_id)
    counted = links[0]["canonical_case_id"] if links else case_id
    found = ask(_CASE, case=counted)
    if not found:
        return None
    row = found[0]
    names = ask(_NAMES, item=row["item_id"])
    numbers = list(dict.fromkeys([counted, *(link["case_id"] for link in links)]))
    records, points, document_names = gate.read_records(lambda con: _found(con, numbers, row["item_id"]))
    days = [*(record.day for record in records), row["application_on"]]
    calendar = ask(_DAYS, calendar=row["calendar_id"], first=min(days), last=max(days))
    wanted = sorted({number for record in records for number in (record.file_id, record.overtaken_by) if number is not None})
    files = {each["file_id"]: SourceFile(**each) for each in ask(_FILES, files=wanted)}
    beside = [each["case_id"] for each in ask(_BUNDLE, bundle=row["bundle_id"], case=counted)] if row["bundle_id"] else []
    return CaseFile(
        row, (names[0]["name_zh"] or "", names[0]["name_en"] or "") if names else ("", ""), links, ask(_VISITS, case=counted),
        ask(_DOCUMENTS, case=counted), records, points, document_names, files, {each["day"]: each["working_day_no"] for each in calendar}, beside,
    )  # fmt: skip


def _found(con: Any, numbers: list[str], item: str | None) -> tuple[list[Record], Names, Names]:
    records = read_records(con, numbers)
    return records, read_points(con, records), read_documents(con, item)


def _rows(con: Any, sql: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    found = con.execute(sql, given)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
