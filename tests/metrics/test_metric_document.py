"""docs/metrics.md is what the definitions make, and names every metric in both languages."""

from __future__ import annotations

from metrics.document import TARGET, document, main
from metrics.registry import registry


def test_the_page_is_fresh():
    assert TARGET.read_text("utf-8") == document(), "Run `python -m metrics.document`."


def test_every_metric_is_in_it():
    page = document()
    for metric in registry().values():
        assert f"### `{metric.id}`" in page
        assert metric.meaning["en"] in page and metric.meaning["zh"] in page


def test_a_stale_page_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("metrics.document.TARGET", tmp_path / "metrics.md")
    assert main(["--check"]) == 1
    assert "python -m metrics.document" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
