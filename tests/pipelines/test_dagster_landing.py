"""The sensor on the landing folder: whole files ask once, each source for itself."""

import json
import os
from pathlib import Path

import dagster as dg

from pipelines.definitions import onegate_definitions
from pipelines.defs.schedules import landed, requests_for
from warehouse.settings import Settings


def put(path: Path, text: str, at: float = 1000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (at, at))
    return path


def test_each_source_is_asked_for_its_new_files_once(tmp_path):
    boston = put(tmp_path / "boston311" / "2015" / "a.csv", "x")
    loose = put(tmp_path / "case_events.csv", "y")
    unknown = put(tmp_path / "new_hall" / "case_events.csv", "z")
    first = requests_for(tmp_path, {}, 2000)
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
    assert requests_for(tmp_path, json.loads(first.cursor), 2000).run_requests == []


def test_a_file_is_asked_for_again_when_its_content_changed_and_the_key_is_that_of_the_content(tmp_path):
    path = put(tmp_path / "boston311" / "a.csv", "x")
    first = requests_for(tmp_path, {}, 2000)
    put(path, "other")
    second = requests_for(tmp_path, json.loads(first.cursor), 2000)
    put(path, "x", at=1500)
    third = requests_for(tmp_path, json.loads(second.cursor), 2000)
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
    first = requests_for(tmp_path, {}, 2000)
    assert list(json.loads(first.cursor)) == [str(path)]
    path.unlink()
    assert json.loads(requests_for(tmp_path, json.loads(first.cursor), 2000).cursor) == {}


def test_the_sensor_reads_the_landing_folder_of_the_installation(tmp_path):
    settings = Settings(tmp_path).prepare()
    put(settings.landing_dir / "boston311" / "a.csv", "x")
    definitions = onegate_definitions({"settings": settings})
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"settings": settings})
        result = definitions.resolve_sensor_def("landing").evaluate_tick(context)
    assert [request.asset_selection for request in result.run_requests] == [[dg.AssetKey(["source", "boston311"])]]
