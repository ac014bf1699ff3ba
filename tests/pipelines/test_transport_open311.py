"""Open311 requests, pulled from a server that speaks GeoReport v2 over a real socket: windows, pages, refusals, and what the records become."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.ingest import ingest
from pipelines.source import Source, load
from pipelines.transports.inbox import Landed
from pipelines.transports.open311 import fetch_requests
from pipelines.transports.pull import Errand, Pulled, PullFailed, PullUnset, Window, pull
from pipelines.transports.section import Open311Section
from pipelines.transports.web import Patience, WebClient
from warehouse.engine.duckdb import open_store
from warehouse.settings import Settings


class City(ThreadingHTTPServer):
    """A GeoReport server: `requests` are the JSON texts that it holds, each with the time that it was made."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.requests: list[tuple[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.pages, self.most, self.body = True, 1000, None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/open311/v2"

    def add(self, identity: str, at: str = "2024-03-01T09:00:00-05:00", **fields: object) -> None:
        service = {"service_code": "7", "service_name": "Pothole"}
        record = {"service_request_id": identity, "status": "open", **service, "requested_datetime": at, **fields}
        self.requests = [each for each in self.requests if json.loads(each[1])["service_request_id"] != identity]
        self.requests.append((at, json.dumps(record)))

    def answer(self, query: dict[str, str]) -> str:
        if "start_date" in query:
            times, low, high = [at for at, _ in self.requests], query["start_date"], query["end_date"]
        else:
            times = [json.loads(text)["updated_datetime"] for _, text in self.requests]
            low, high = query["updated_after"], query["updated_before"]
        found = [text for at, (_, text) in zip(times, self.requests, strict=True) if instant(low) <= instant(at) <= instant(high)]
        size = min(int(query["page_size"]), self.most)
        first = (int(query["page"]) - 1) * size if self.pages else 0
        return "[" + ",\n".join(found[first : first + size]) + "]"


class Answers(BaseHTTPRequestHandler):
    server: City

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        self.server.asked.append(query)
        status, headers = self.server.refusals.pop(0) if self.server.refusals else (200, {})
        body = (self.server.body or self.server.answer(query)).encode() if status == 200 else b"no"
        self.send_response(status if split.path == "/open311/v2/requests.json" else 404)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def city() -> Iterator[City]:
    with City() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home").prepare()


class Pulls:
    """Pulls of one definition, with the waits that they asked for instead of waiting."""

    def __init__(self, settings: Settings, city: City, folder: Path) -> None:
        self.settings, self.city, self.folder, self.waits = settings, city, folder, []

    def source(self, more: str) -> Source:
        text = f"source: open311\nfiles: ['open311-*']\ntime_zone: America/New_York\nopen311: {{url: '{self.city.address}', pause_seconds: 0, {more}}}\n"
        (self.folder / "open311.yaml").write_text(text + "emits: [{feed: case_events, columns: {event_id: service_request_id}}]", "utf-8")
        return load(self.folder / "open311.yaml")

    def __call__(self, more: str = "start: 2024-03-01", days: tuple[date, date] | None = None) -> Pulled:
        source = self.source(more)
        assert isinstance(source.fetched, Open311Section)
        errand = Errand(self.settings, source, Window(*days) if days else None, Pulled("open311"), lambda _: None)
        fetch_requests(errand, source.fetched, WebClient(source.fetched.pause_seconds, Patience(tries=4), self.waits.append))
        return errand.pulled


@pytest.fixture
def pulls(settings: Settings, city: City, tmp_path: Path) -> Pulls:
    return Pulls(settings, city, tmp_path)


def lines(landed: Landed) -> list[dict]:
    return [json.loads(line) for line in landed.path.read_text("utf-8").splitlines()]


def ids(pulled: Pulled) -> list[str]:
    return [request["service_request_id"] for each in pulled.landed for request in lines(each)]


MARCH = (date(2024, 3, 1), date(2024, 3, 2))


def test_pages_are_read_to_their_end_also_where_the_server_gives_less_than_was_asked_for(pulls: Pulls, city: City):
    for number in range(7):
        city.add(str(number), f"2024-03-01T0{number}:00:00-05:00")
    city.most = 2
    assert ids(pulls("page_size: 5", MARCH)) == ["0", "1", "2", "3", "4", "5", "6"]
    assert [query["page"] for query in city.asked] == ["1", "2", "3", "4", "5"]
    assert {query["start_date"] for query in city.asked} == {"2024-03-01T05:00:00Z"}  # midnight in New York
    assert {query["end_date"] for query in city.asked} == {"2024-03-02T05:00:00Z"}


def test_a_server_without_pages_is_asked_for_shorter_spans_until_nothing_is_cut_off(pulls: Pulls, city: City):
    for number in range(23):
        city.add(str(number), f"2024-03-01T{number:02}:30:00-05:00")
    city.pages, city.most = False, 4
    found = ids(pulls("page_size: 4", MARCH))
    assert sorted(found, key=int) == [str(number) for number in range(23)]
    for number in range(100, 105):
        city.add(str(number), "2024-03-01T12:00:00-05:00")
    with pytest.raises(PullFailed, match="some would be lost"):
        pulls("page_size: 4", MARCH)


def test_records_land_as_they_were_sent_and_one_a_line(pulls: Pulls, city: City):
    sent = '{"service_request_id": "1",\n "requested_datetime": "2024-03-01T09:00:00-05:00", "lat": 42.3500, "description": "a\\nb \\u4e8b {[\\"]}", "x": {"y": [1]}}'
    city.requests.append(("2024-03-01T09:00:00-05:00", sent))
    city.requests.append(("2024-03-01T09:00:00-05:00", '{"service_request_id":2,"requested_datetime":null}'))
    [landed] = pulls("", MARCH).landed
    assert landed.path.read_text("utf-8") == sent.replace("\n", " ") + '\n{"service_request_id":2,"requested_datetime":null}\n'
    assert landed.path.parent == pulls.settings.landing_dir / "open311"


def test_days_without_requests_land_nothing(pulls: Pulls, city: City):
    city.add("1", "2024-03-02T23:59:59-05:00")
    assert [
        [request["service_request_id"] for request in lines(each)] for each in pulls("", (date(2024, 3, 1), date(2024, 3, 5))).landed
    ] == [["1"]]


def test_times_without_a_zone_are_refused_until_a_person_says_what_they_mean(pulls: Pulls, city: City):
    city.requests.append(("2024-03-01T12:00:00Z", '{"service_request_id": "9", "requested_datetime": "2024-03-01T09:00:00"}'))
    with pytest.raises(PullFailed, match=r"requested_datetime of request 9 has no time zone .*times_without_zone: local"):
        pulls("", MARCH)
    assert not list(pulls.settings.landing_dir.rglob("*.ndjson")) and not list(pulls.settings.inbox_dir.glob("*.part"))
    assert ids(pulls("times_without_zone: local", MARCH)) == ["9"]


def test_later_is_waited_for_and_no_is_not(pulls: Pulls, city: City):
    city.add("1")
    city.refusals = [(503, {}), (429, {"Retry-After": "7"}), (500, {})]
    assert ids(pulls("", MARCH)) == ["1"]
    assert pulls.waits == [2.0, 7.0, 8.0]
    city.refusals = [(503, {})] * 4
    with pytest.raises(PullFailed, match="answered 503, 4 times in a row"):
        pulls("", MARCH)
    city.refusals = [(403, {})]
    with pytest.raises(PullFailed, match="answered 403"):
        pulls("", MARCH)
    city.refusals = [(429, {"Retry-After": "86400"})]
    with pytest.raises(PullFailed, match="asks to wait 86400 seconds"):
        pulls("", MARCH)
    assert city.refusals == []


def test_requests_are_paced(settings: Settings, city: City):
    waits: list[float] = []
    with WebClient(30.0, Patience(), waits.append) as web:
        for page in ("1", "2"):
            web.get(
                f"{city.address}/requests.json",
                {"start_date": "2024-03-01T00:00Z", "end_date": "2024-03-02T00:00Z", "page": page, "page_size": "1"},
            )
    assert len(waits) == 1 and 0 < waits[0] <= 30


@pytest.mark.parametrize(
    "body", ["<html>Sorry</html>", '{"error": "no"}', '[{"id": 1}]', "[[]]", "[" * 100_000, '[{"service_request_id": "1"']
)
def test_an_answer_that_is_no_list_of_requests_lands_nothing(pulls: Pulls, city: City, body: str):
    city.body = body
    with pytest.raises(PullFailed, match="answered no list of requests"):
        pulls("", MARCH)
    assert not list(pulls.settings.landing_dir.rglob("*.ndjson"))


def test_news_are_pulled_from_the_start_then_from_an_overlap_before_the_newest(pulls: Pulls, city: City):
    now = datetime.now(UTC).replace(microsecond=0)
    start = now - timedelta(days=100)
    city.add("old", (start + timedelta(days=2)).isoformat())
    city.add("new", (now - timedelta(days=40)).isoformat())
    settings = f"start: {start.date()}, window_days: 30, overlap_days: 10"
    assert ids(pulls(settings)) == ["old", "new"]
    assert len({query["start_date"] for query in city.asked}) == 4  # 100 days in windows of 30
    city.add("newer", (now - timedelta(days=45)).isoformat())
    city.asked.clear()
    assert sorted(ids(pulls(settings))) == ["new", "newer"]
    assert instant(city.asked[0]["start_date"]) == now - timedelta(days=50)


def test_news_by_update_survive_pages_that_shift_while_they_are_read(pulls: Pulls, city: City):
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(4):
        city.add(str(number), updated_datetime=(now - timedelta(days=5, minutes=-number)).isoformat())
    plain = city.answer

    def moving(query: dict[str, str]) -> str:
        answer = plain(query)
        if query["page"] == "1" and len(city.asked) == 1:  # after the first page somebody updates a request on it, so the others move up
            city.add("0", updated_datetime=(now + timedelta(days=1)).isoformat())
        return answer

    city.answer = moving  # type: ignore[method-assign]
    assert sorted(ids(pulls(f"start: {(now - timedelta(days=10)).date()}, by: updated, page_size: 2"))) == ["0", "1", "2", "3"]
    assert {tuple(sorted(query)) for query in city.asked} == {("page", "page_size", "updated_after", "updated_before")}


def test_what_the_requests_become(settings: Settings, city: City, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ONEGATE_OPEN311_URL", city.address + "/")
    days = Window(*MARCH)

    def loaded() -> dict[str, int]:
        report = ingest(settings, [settings.landing_dir], source="open311")
        assert not report.refused and not report.ignored
        return {name: getattr(report.receipts[-1], name) for name in ("read", "accepted", "duplicate", "quarantined")}

    def events() -> list[tuple]:
        with open_store(settings) as con:
            return con.execute(
                "select event_id, channel, outcome, occurred_at::varchar, item_id, dept_id from core_case_event order by 1"
            ).fetchall()

    roads = {
        "agency_responsible": "Roads",
        "updated_datetime": "2024-03-05T12:00:00-05:00",
        "expected_datetime": "2024-03-08T09:00:00-05:00",
    }
    city.add("1", status="closed", source="phone", **roads)
    city.add("2", status="open")
    city.add("3", status="archived")
    pull(settings, "open311", days)
    assert loaded() == {"read": 3, "accepted": 2, "duplicate": 0, "quarantined": 1}
    submitted = ("1:submitted", "hotline", None, "2024-03-01 22:00:00+08", "Roads:7", "Roads")
    other = ("2:submitted", "other", None, "2024-03-01 22:00:00+08", "7", "city")
    assert events() == [("1:closed", "other", "closed", "2024-03-06 01:00:00+08", "Roads:7", "Roads"), submitted, other]
    city.requests = [each for each in city.requests if '"3"' not in each[1]]
    city.add("1", status="open", source="phone", **roads)  # opened again
    pull(settings, "open311", days)
    loaded()
    assert events() == [submitted, other]
    city.add("1", status="closed", source="phone", **{**roads, "updated_datetime": "2024-03-07T12:00:00-05:00"})
    pull(settings, "open311", days)
    loaded()
    assert [row[3] for row in events() if row[0] == "1:closed"] == ["2024-03-08 01:00:00+08"]
    with open_store(settings) as con:
        assert con.execute("select case_id, kind, due_at::varchar from core_case_deadline").fetchall() == [
            ("1", "published", "2024-03-08 22:00:00+08")
        ]
        assert con.execute("select item_id, name_en, dept_id from core_service_item order by 1").fetchall() == [
            ("7", "Pothole", "city"),
            ("Roads:7", "Pothole", "Roads"),
        ]


def test_an_address_that_is_not_set_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ONEGATE_OPEN311_URL", raising=False)
    with pytest.raises(PullUnset, match="ONEGATE_OPEN311_URL"):
        pull(settings, "open311")
    with pytest.raises(PullUnset, match="add a section postgres or open311"):
        pull(settings, "boston311")
