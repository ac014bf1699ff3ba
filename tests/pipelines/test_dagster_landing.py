"""The sensor on the landing folder: whole files ask once, each source for itself."""

import json
import os
from pathlib import Path

import dagster as dg

from pipelines.definitions import onegate_definitions
from pipelines.defs.landing import outcome, requests_for
from pipelines.landing import landed
from warehouse.settings import Settings


def put(path: Path, text: str, at: float = 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))
    return path


def ask(folder: Path, before: dg.SensorResult | None = None, now: float = 2000, became: str = "done") -> dg.SensorResult:
    """A look at the folder after another, when the runs that it asked for have come to `became`."""
    return requests_for(folder, json.loads(before.cursor) if before else {}, now, lambda key: became)[0]


def test_each_source_is_asked_for_its_new_files_once(tmp_path):
    boston = put(tmp_path / "boston311" / "2015" / "a.csv", "x")
    loose = put(tmp_path / "case_events.csv", "y")
    unknown = put(tmp_path / "new_hall" / "case_events.csv", "z")
    first = ask(tmp_path)
    asked = {request.asset_selection[0].to_user_string(): [] for request in first.run_requests}
    configs = []
    for request in first.run_requests:
        [(name, op)] = request.run_config["ops"].items()
        asked[request.asset_selection[0].to_user_string()].append(name)
        configs.append(op["config"])
    assert asked == {"source/boston311": ["source__boston311"], "source/canonical": ["source__canonical", "source__canonical"]}
    assert sorted(configs, key=lambda config: config["source"]) == [
        {"paths": [str(boston)], "source": "boston311"},
        {"paths": [str(loose)], "source": "canonical"},
        {"paths": [str(unknown)], "source": "new_hall"},
    ]
    assert ask(tmp_path, first).run_requests == []


def test_a_file_is_asked_for_again_when_its_content_changed_and_the_key_is_that_of_the_content(tmp_path):
    path = put(tmp_path / "boston311" / "a.csv", "x")
    first = ask(tmp_path)
    put(path, "other")
    second = ask(tmp_path, first)
    put(path, "x", at=1500)
    third = ask(tmp_path, second)
    keys = [result.run_requests[0].run_key for result in (first, second, third)]
    assert keys[0] == keys[2] != keys[1]  # Dagster runs a key once: the same content, touched, costs nothing


def test_files_that_may_still_be_written_wait(tmp_path):
    put(tmp_path / "s" / "fresh.csv", "x", at=1998)
    put(tmp_path / "s" / "half.csv.part", "x")
    put(tmp_path / "s" / ".hidden.csv", "x")
    (tmp_path / "s" / "link.csv").symlink_to(put(tmp_path / "elsewhere.txt", "x"))
    assert list(landed(tmp_path, 2000)) == [str(tmp_path / "elsewhere.txt")]
    assert str(tmp_path / "s" / "fresh.csv") in landed(tmp_path, 2010)
    assert landed(tmp_path / "absent", 2000) == {}


def test_what_is_gone_is_forgotten(tmp_path):
    path = put(tmp_path / "s" / "a.csv", "x")
    first = ask(tmp_path)
    assert list(json.loads(first.cursor)["seen"]) == [str(path)]
    path.unlink()
    assert json.loads(ask(tmp_path, first).cursor) == {"seen": {}, "asked": []}


def test_the_sensor_reads_the_landing_folder_of_the_installation(tmp_path):
    settings = Settings(tmp_path).prepare()
    put(settings.landing_dir / "boston311" / "a.csv", "x")
    definitions = onegate_definitions({"settings": settings})
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"settings": settings})
        result = definitions.resolve_sensor_def("landing").evaluate_tick(context)
    assert [request.asset_selection for request in result.run_requests] == [[dg.AssetKey(["source", "boston311"])]]


def test_a_load_that_failed_is_asked_for_again_ever_later_and_never_given_up(tmp_path):
    path = put(tmp_path / "boston311" / "a.csv", "x")
    look = ask(tmp_path)
    key = look.run_requests[0].run_key
    look = ask(tmp_path, look, 2010, "running")
    assert not look.run_requests
    look = ask(tmp_path, look, 2299, "failed")
    assert not look.run_requests  # not before five minutes
    asked, now = [], 2000.0
    for wait in (300, 600, 1200, 2400, 3600, 3600):
        assert not ask(tmp_path, look, now + wait - 1, "failed").run_requests
        now += wait
        look = ask(tmp_path, look, now, "failed")
        [request] = look.run_requests
        asked.append(request.run_key)
        assert request.run_config["ops"]["source__boston311"]["config"]["paths"] == [str(path)]
    assert asked == [f"{key}#{number}" for number in range(2, 8)]
    assert json.loads(ask(tmp_path, look, now + 9999, "done").cursor)["asked"] == []
    path.unlink()
    assert json.loads(ask(tmp_path, look, now + 9999, "failed").cursor)["asked"] == []


def test_what_became_of_a_load_is_read_from_its_runs():
    @dg.op
    def fails():
        raise ValueError("no")

    @dg.op
    def works(): ...

    def run(instance: dg.DagsterInstance, key: str, op: dg.OpDefinition, **tags: str) -> None:
        job = dg.GraphDefinition("load", node_defs=[op]).to_job()
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job.execute_in_process(instance=instance, raise_on_error=False, run_config=quiet, tags={"dagster/run_key": key, **tags})

    with dg.DagsterInstance.ephemeral() as instance:
        run(instance, "a", fails)
        run(instance, "b", fails)
        run(instance, "b", works)
        run(instance, "c", fails, **{"dagster/will_retry": "true"})
        assert [outcome(instance, key) for key in ("a", "b", "c", "never")] == ["failed", "done", "running", "done"]
