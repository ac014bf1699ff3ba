"""HTTP push, request by request: who may, what is refused and how, what lands, and what is said of it afterwards."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import uvicorn
import yaml
from starlette.applications import Starlette

from pipelines.ingest import ingest
from pipelines.transports import problems, push, pushes
from pipelines.transports.inbox import FORGOTTEN_SECONDS, Part
from pipelines.transports.push_keys import make_key, remove_keys, source_of
from warehouse.settings import Settings

CSV = b"event_id,case_id,event_type,occurred_at,channel\n1,c,submitted,2024-01-01T09:00:00+08:00,web\n2,c,submitted,2024-01-01T09:00:00+08:00,pigeon\n"
ADDRESS = "/api/ingest/new_hall?feed=case_events"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "home", push_limit=10_000, low_water=0).prepare()


@pytest.fixture
def key(settings: Settings) -> str:
    return make_key(settings, "new_hall")


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The service on a port of its own; its address."""
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=push.routes(settings)), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def client(settings: Settings, key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv", "Idempotency-Key": "first"}
    with serving(settings) as address, httpx.Client(base_url=address, headers=headers, trust_env=False) as found:
        yield found


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does, though not for ever."""
    given_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < given_up
        os.sched_yield()


def landed(settings: Settings) -> list[Path]:
    return sorted(settings.landing_dir.rglob("*.*"))


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """A refusal is a problem document with sentences in both languages."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["type"], body["status"]) == (f"urn:onegate:push:{code}", status)
    assert re.search("[a-z]", body["detail"]) and re.search("[\u4e00-\u9fff]", body["title_zh"] + body["detail_zh"])
    assert "{" not in body["detail"] + body["detail_zh"]


def test_a_body_lands_byte_for_byte_before_the_answer(client: httpx.Client, settings: Settings):
    answer = client.post(ADDRESS, content=CSV)
    [file] = landed(settings)
    body = answer.json()
    assert answer.status_code == 201 and answer.headers["location"] == body["outcome"] == f"/api/ingest/new_hall/{body['id']}"
    assert (body["bytes"], body["sha256"], body["status"]) == (len(CSV), hashlib.sha256(CSV).hexdigest(), "received")
    assert file == settings.landing_dir / "new_hall" / f"case_events-{body['id']}.csv"
    assert file.read_bytes() == CSV and file.stat().st_mode & 0o777 == 0o600
    assert not list(settings.inbox_dir.glob("*.part"))


def test_the_outcome_is_received_then_loaded_with_the_receipt(client: httpx.Client, settings: Settings):
    address = client.post(ADDRESS, content=CSV).json()["outcome"]
    assert client.get(address).json()["status"] == "received"
    report = ingest(settings, [settings.landing_dir], source="new_hall")
    said = client.get(address).json()
    assert {name: said[name] for name in ("status", "read", "accepted", "duplicate", "quarantined")} == {
        "status": "loaded", "read": 2, "accepted": 1, "duplicate": 0, "quarantined": 1,
    }  # fmt: skip
    assert said["sha256"] == report.receipts[0].sha256
    ingest(settings, [settings.landing_dir], source="new_hall")  # the same file again: the first word on it stands
    assert client.get(address).json() == said
    again = client.post(ADDRESS, content=CSV)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")


def test_a_file_that_is_refused_says_why_also_when_the_ingest_died_before_it_could(client: httpx.Client, settings: Settings):
    bad = client.post(ADDRESS, content=b"no,such\n1,2\n").json()["outcome"]
    good = client.post(ADDRESS, content=CSV, headers={"Idempotency-Key": "second"}).json()["outcome"]
    ingest(settings, [settings.landing_dir], source="new_hall")
    assert client.get(bad).json()["status"] == "refused"
    assert client.get(bad).json()["reason"].startswith("E_SCHEMA_MISSING")
    said = client.get(good).json()
    done = next((settings.inbox_dir / "push/new_hall/done").glob(f"{good[-32:]}.json"))
    body = json.loads(done.read_text()) | {"outcome": None}
    (settings.inbox_dir / "push/new_hall/open" / done.name).write_text(json.dumps(body))  # as it was before the note
    done.unlink()
    assert client.get(good).json()["status"] == "received"
    ingest(settings, [])  # the next ingest, of anything, asks the ledger
    assert client.get(good).json() == said


def test_a_key_repeats_only_its_own_request(client: httpx.Client, settings: Settings):
    first = client.post(ADDRESS, content=CSV)
    again = client.post(ADDRESS, content=CSV, headers={"Idempotency-Key": '"first"'})  # quoted, as the draft writes it
    assert again.json() == first.json() and again.headers["idempotent-replayed"] == "true"
    refused(client.post(ADDRESS, content=CSV + b" "), 422, "key_reused")
    refused(client.post(ADDRESS, content=CSV, headers={"Content-Type": "application/x-ndjson"}), 422, "key_reused")
    refused(client.post("/api/ingest/new_hall?feed=ratings", content=CSV), 422, "key_reused")
    assert len(landed(settings)) == 1
    assert client.post(ADDRESS, content=CSV, headers={"Idempotency-Key": "other"}).json()["id"] != first.json()["id"]
    assert len(landed(settings)) == 2


def test_a_request_in_flight_holds_its_key_alone(client: httpx.Client, settings: Settings):
    with pushes.locked(settings, "new_hall", pushes.delivery_id("new_hall", "first")):
        refused(client.post(ADDRESS, content=CSV), 409, "key_in_flight")
        assert client.post(ADDRESS, content=CSV, headers={"Idempotency-Key": "second"}).status_code == 201
    assert client.post(ADDRESS, content=CSV).status_code == 201
    assert not list(settings.inbox_dir.rglob("*.lock"))


def test_only_the_sources_own_key_opens(client: httpx.Client, settings: Settings, key: str):
    refused(client.post(ADDRESS, content=CSV, headers={"Authorization": ""}), 401, "no_key")
    refused(client.post(ADDRESS, content=CSV, headers={"Authorization": f"Basic {key}"}), 401, "no_key")
    refused(client.post(ADDRESS, content=CSV, headers={"Authorization": f"Bearer {key}x"}), 401, "no_key")
    assert client.post(ADDRESS, content=CSV, headers={"Authorization": ""}).headers["www-authenticate"].startswith("Bearer")
    other = make_key(settings, "boston311")
    refused(client.post("/api/ingest/boston311", content=CSV), 403, "other_key")
    refused(client.post("/api/ingest/nobody", content=CSV), 404, "no_source")
    refused(client.post("/api/ingest/..%5Cx", content=CSV), 404, "no_source")
    receipt = client.post(ADDRESS, content=CSV).json()["outcome"]
    refused(client.get(receipt, headers={"Authorization": f"Bearer {other}"}), 403, "other_key")
    refused(client.get("/api/ingest/new_hall/" + "0" * 32), 404, "no_receipt")
    refused(client.get("/api/ingest/new_hall/..%5C..x"), 404, "no_receipt")
    assert len(landed(settings)) == 1


def test_keys_are_kept_as_hashes_and_changed_without_a_gap(settings: Settings, key: str):
    [file] = (settings.secrets_dir / "push").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and key not in file.read_text()
    second = make_key(settings, "new_hall")
    assert source_of(settings, key) == source_of(settings, second) == "new_hall"
    third = make_key(settings, "new_hall")
    assert [source_of(settings, each) for each in (key, second, third)] == [None, "new_hall", "new_hall"]
    fourth = make_key(settings, "new_hall", alone=True)
    assert [source_of(settings, each) for each in (third, fourth)] == [None, "new_hall"]
    assert remove_keys(settings, "new_hall") == 1 and source_of(settings, fourth) is None
    assert source_of(settings, "") is None
    with pytest.raises(ValueError, match="letters"):
        make_key(settings, "../x")


@pytest.mark.parametrize(
    ("headers", "content", "status", "code"),
    [
        ({"Content-Type": "application/json"}, CSV, 415, "media_type"),
        ({"Content-Type": "text/csv", "Content-Encoding": "br"}, CSV, 415, "media_type"),
        ({"Idempotency-Key": ""}, CSV, 400, "no_idempotency_key"),
        ({"Idempotency-Key": "x" * 256}, CSV, 400, "no_idempotency_key"),
        ({}, b"x" * 10_001, 413, "too_large"),
        ({}, b"", 400, "no_body"),
        ({"Content-Digest": f"sha-256=:{base64.b64encode(b'x' * 32).decode()}:"}, CSV, 400, "digest"),
        ({"Content-Digest": "sha-256=:?:"}, CSV, 400, "digest"),
    ],
)
def test_requests_that_are_refused_leave_nothing(
    client: httpx.Client, settings: Settings, headers: dict, content: bytes, status: int, code: str
):
    refused(client.post(ADDRESS, content=content, headers=headers), status, code)
    assert landed(settings) == [] and not list(settings.inbox_dir.glob("*.part"))
    assert client.post(ADDRESS, content=CSV).status_code == 201  # nor is the key used up


def test_a_body_without_length_comes_in_chunks_up_to_the_limit(client: httpx.Client, settings: Settings):
    answer = client.post(ADDRESS, content=iter([CSV[:30], b"", CSV[30:]]), headers={"Transfer-Encoding": "chunked"})
    assert answer.json()["sha256"] == hashlib.sha256(CSV).hexdigest()
    endless = iter([b"x" * 1000] * 11)
    refused(client.post(ADDRESS, content=endless, headers={"Transfer-Encoding": "chunked", "Idempotency-Key": "b"}), 413, "too_large")
    bare = client.build_request("POST", ADDRESS)
    del bare.headers["content-length"]
    refused(client.send(bare), 411, "no_length")
    assert len(landed(settings)) == 1


def test_the_feed_or_a_definition_says_what_records_are(client: httpx.Client, settings: Settings):
    refused(client.post("/api/ingest/new_hall", content=CSV), 400, "no_feed")
    refused(client.post("/api/ingest/new_hall?feed=../x", content=CSV), 400, "no_feed")
    boston = {"Authorization": f"Bearer {make_key(settings, 'boston311')}"}
    refused(
        client.post("/api/ingest/boston311", content=b"{}", headers={**boston, "Content-Type": "application/x-ndjson"}), 400, "not_claimed"
    )
    assert client.post("/api/ingest/boston311", content=CSV, headers=boston).status_code == 201
    assert [file.name[:10] for file in landed(settings)] == ["boston311-"]


def test_a_packed_body_and_a_true_digest_are_taken(client: httpx.Client, settings: Settings):
    packed = gzip.compress(b'{"event_id":"1","case_id":"c","event_type":"submitted","occurred_at":"2024-01-01","channel":"web"}\n')
    digest = base64.b64encode(hashlib.sha256(packed).digest()).decode()
    headers = {
        "Content-Type": "application/x-ndjson; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Digest": f"sha-512=:x:, sha-256=:{digest}:",
    }
    assert client.post(ADDRESS, content=packed, headers=headers).status_code == 201
    report = ingest(settings, [settings.landing_dir], source="new_hall")
    assert [(each.read, each.accepted) for each in report.receipts] == [(1, 1)]


def test_without_room_nothing_is_begun(settings: Settings, key: str):
    said = f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\nIdempotency-Key: a\r\nContent-Length: {2**60}\r\n\r\n"
    with (
        serving(replace(settings, push_limit=2**62)) as address,
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as line,
    ):
        line.sendall(said.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 507 ")
    assert landed(settings) == []


def test_a_connection_that_breaks_off_leaves_nothing(client: httpx.Client, settings: Settings, key: str):
    said = f"POST {ADDRESS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\nIdempotency-Key: first\r\nContent-Length: 100\r\n\r\nhalf"
    with socket.create_connection(("127.0.0.1", client.base_url.port)) as line:
        line.sendall(said.encode())
        until(lambda: bool(list(settings.inbox_dir.glob("*.part"))))
    until(lambda: not list(settings.inbox_dir.rglob("*.lock")))
    assert landed(settings) == [] and not list(settings.inbox_dir.glob("*.part"))
    assert client.post(ADDRESS, content=CSV).status_code == 201


def test_what_a_process_that_died_had_accepted_lands_at_the_next_start(client: httpx.Client, settings: Settings):
    body = client.post(ADDRESS, content=CSV).json()
    delivery = pushes.find(settings, "new_hall", body["id"])
    assert delivery
    [file] = landed(settings)
    part = settings.inbox_dir / delivery.part
    file.rename(part)  # as if it had died after it remembered the delivery
    orphan = settings.inbox_dir / f"push-{'0' * 32}-x.part"  # and another one, before
    orphan.write_bytes(b"half")
    os.utime(orphan, (1, 1))
    assert [each.id for each in pushes.recover(settings)] == [body["id"]]
    assert landed(settings) == [file] and file.read_bytes() == CSV
    assert not orphan.exists()
    with Part(settings) as young:
        pushes.recover(settings)
        assert young.path.exists() and FORGOTTEN_SECONDS > 3600
    assert client.post(ADDRESS, content=CSV).json() == body


def test_every_sentence_is_there_in_both_languages():
    said = yaml.safe_load((Path(problems.__file__).with_name("problems.yaml")).read_text("utf-8"))
    raised = set(re.findall(r'Problem\("([a-z_]+)"', Path(push.__file__).read_text("utf-8"))) | {
        "no_feed",
        "not_claimed",
        "other_key",
        "no_source",
    }
    assert set(said) == raised
    assert all(len(each["en"]) == len(each["zh"]) == 2 for each in said.values())
