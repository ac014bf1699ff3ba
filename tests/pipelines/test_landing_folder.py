"""`onegate ingest` of the landing folder: every file is of the source whose folder it is in."""

from pathlib import Path

import pytest

from pipelines.ingest import ingest
from pipelines.landing import source_of
from pipelines.source import CANONICAL
from warehouse.settings import Settings

ROWS = "dept_id,name_zh,division_code\n{},局,440604\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in whose landing folder two sources left files, one of them unfinished."""
    made = Settings(tmp_path / "home").prepare()
    for name in ("hall_a/departments-1.csv", "hall_b/departments-1.csv", "hall_b/departments-2.csv.part", "departments-1.csv"):
        file = made.landing_dir / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(ROWS.format(name.replace("/", "-")), "utf-8")
    return made


def test_files_are_of_the_source_whose_folder_they_are_in(settings):
    report = ingest(settings, [settings.landing_dir])
    assert sorted((receipt.source, receipt.accepted) for receipt in report.receipts) == [(CANONICAL, 1), ("hall_a", 1), ("hall_b", 1)]
    assert [Path(left.file).name for left in report.ignored] == ["departments-2.csv.part"]
    assert report.refused == []


def test_a_source_that_is_named_goes_before_the_folder(settings):
    report = ingest(settings, [settings.landing_dir / "hall_a"], source="hall_c")
    assert [receipt.source for receipt in report.receipts] == ["hall_c"]


def test_files_elsewhere_are_of_no_folders_source(settings, tmp_path, monkeypatch):
    (tmp_path / "hall_a").mkdir()
    assert source_of(settings.landing_dir, tmp_path / "hall_a" / "departments-1.csv") is None
    assert source_of(settings.landing_dir, settings.landing_dir / "departments-1.csv") is None
    monkeypatch.chdir(settings.landing_dir)
    assert source_of(settings.landing_dir, Path("hall_a/departments-1.csv")) == "hall_a"
