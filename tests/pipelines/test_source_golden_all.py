"""Every golden file twice: the same bytes, and the same records in other bytes, change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

SOURCES = ["boston311", "bpic15_permits", "warsaw_queues", "gc_service_inventory", "gb39046", "gd_ex_gdbs", "zj_rating"]


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_files_again_change_nothing(golden, source: str, tmp_path: Path) -> None:
    with golden(source, tmp_path) as first:
        before = first.content()
        again = first.again(first.files)
        assert first.content() == before
    assert [(each.accepted, each.duplicate, each.quarantined) for each in again.receipts] == [
        (0, each.read - each.quarantined, each.quarantined) for each in first.report.receipts
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_records_in_other_bytes_are_duplicates(golden, source: str, tmp_path: Path) -> None:
    with golden(source, tmp_path / "home") as first:
        before = first.content()
        copies = [tmp_path / file.name for file in first.files]
        for file, copy in zip(first.files, copies, strict=True):
            copy.write_bytes(file.read_bytes() + b"\n")
        again = first.again(copies)
        assert first.content() == before
    assert [(each.accepted, each.duplicate, each.quarantined) for each in again.receipts] == [
        (0, each.read - each.quarantined, each.quarantined) for each in first.report.receipts
    ]
