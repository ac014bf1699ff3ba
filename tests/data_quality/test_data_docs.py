"""Data Docs: every outcome has its place on the pages, which need nothing from elsewhere and run no script."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from data_quality.data_docs import site, write_data_docs
from data_quality.outcomes import GateReport, Outcome
from data_quality.rules import Rule

BECAUSE = {"en": "A <case> needs an id.", "zh": "事项须有编号。"}


def outcome(table: str, name: str, result: str, severity: str = "block", sample: str | None = None) -> Outcome:
    rule = Rule(name, table, "not_null", {"column": "case_id"}, severity, BECAUSE)
    return Outcome(rule, result, "2 / 10", 2 if result == "failed" else 0, sample)


REPORT = GateReport.of(
    [
        outcome("mart_case", "has_id", "passed"),
        outcome("mart_ticket", "has_case", "failed", "warn", '[{"ticket_id": "<script>t1</script>"}]'),
        outcome("mart_visit", "has_visit", "errored"),
        outcome("mart_case", "has_item", "failed"),
    ]
)


class Seen(HTMLParser):
    """Elements and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_every_table_has_a_page_and_the_index_leads_to_it_worst_first():
    pages = site(REPORT, "now")
    assert set(pages) == {"index.html", "style.css", "mart_case.html", "mart_ticket.html", "mart_visit.html"}
    seen = Seen(pages["index.html"])
    assert [address for address in seen.addresses if address != "style.css"] == ["mart_visit.html", "mart_case.html", "mart_ticket.html"]
    assert "Publication is blocked" in pages["index.html"] and "✕ 1 failed" in pages["index.html"] and "✓ 1 passed" in pages["index.html"]


def test_a_page_tells_rule_reason_count_and_sample_as_text():
    page = site(REPORT, "now")["mart_ticket.html"]
    for told in ("has_case", "not_null", "A &lt;case&gt; needs an id.", "事项须有编号。", "2 / 10", "&lt;script&gt;t1"):
        assert told in page
    assert page.count('<tr class="warned">') == 1


def test_pages_need_nothing_from_elsewhere():
    for name, text in site(REPORT, "now").items():
        seen = Seen(text) if name.endswith(".html") else Seen("")
        assert "script" not in seen.tags
        assert not re.search(r"https?:|//|@import|url\(", text)
        assert all(re.fullmatch(r"[a-z_]+\.(html|css)", address) for address in seen.addresses)


def test_a_build_replaces_the_pages_of_the_one_before(tmp_path):
    folder = tmp_path / "data_docs"
    write_data_docs(folder, REPORT, datetime(2024, 3, 1, 2, tzinfo=UTC))
    assert "2024-03-01 02:00 UTC" in (folder / "index.html").read_text("utf-8")
    write_data_docs(folder, GateReport.of([outcome("mart_case", "has_id", "passed")]))
    assert {path.name for path in folder.iterdir()} == {"index.html", "style.css", "mart_case.html"}
    assert "Nothing blocks publication" in (folder / "index.html").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["data_docs"]
