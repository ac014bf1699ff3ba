"""What waits for a person stands on the page of data quality, in both languages, and as it is now: not as it was when the release was made."""

import json
import re
from pathlib import Path

import pytest

import pipelines
from dashboards.controls import View
from dashboards.gate import Gate
from dashboards.markup import to_html
from dashboards.pages.render import page
from dashboards.words import has_word
from warehouse.settings import Settings

CODE = re.compile(r"(?<![A-Z_])E_[A-Z][A-Z_]+")
REFUSED = {
    "id": 7,
    "raised_at": "2018-11-01T01:30:00+00:00",
    "source": "halls",
    "feed": "queue_tickets",
    "kind": "refused",
    "subject": "tickets.csv",
    "file": "/data/incoming/tickets.csv",
    "sentence": "E_SCHEMA_MISSING: feed queue_tickets requires the column issued_at, and the file does not have it",
}
GONE = {
    **REFUSED,
    "id": 8,
    "kind": "missing_column",
    "subject": "case_events.bundle_id",
    "feed": "case_events",
    "sentence": "Column bundle_id …",
}
SET_ASIDE = {
    **REFUSED,
    "id": 9,
    "kind": "all_quarantined",
    "sentence": "Every record of the file is in quarantine: E_ENUM:channel, E_RANGE.",
}
UNKNOWN = {**REFUSED, "id": 10, "kind": "from_the_future", "sentence": "Something <new> happened."}


def write(gate: Gate, *alerts: dict) -> None:
    gate._settings.alerts_path.write_text(json.dumps({"at": "2018-11-01T02:00:00+00:00", "alerts": alerts}), "utf-8")


def drawn(gate: Gate, lang: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", to_html(page(gate, View("/quality", period="2018-10", lang=lang)))).split())


@pytest.fixture
def gate(city_with) -> Gate:
    """A city whose page of data quality can be drawn, without alerts."""
    return Gate(city_with({}))


def test_alerts_are_told_in_words_in_both_languages(gate):
    write(gate, REFUSED, GONE, SET_ASIDE, UNKNOWN)
    english, chinese = drawn(gate, "en"), drawn(gate, "zh")
    assert "Waiting for a person: 4" in english and "onegate alerts clear 7" in english
    assert "The file was refused: Required column missing" in english and REFUSED["sentence"] in english
    assert "Column bundle_id is not there any more" in english and "1 Nov 2018, 09:30" in english.replace("\u202f", " ")
    assert "Every record of the file is set aside: Unknown code: channel; Number out of range" in english
    assert "Something &lt;new&gt; happened." in english and "/data/incoming" not in english
    for text in ("待人工处理：4项", "文件被拒收：缺少必需的列", "列bundle_id不再出现", "全部记录均被隔离：未知代码：channel"):
        assert text in chinese


def test_the_page_follows_the_alerts_while_the_release_stays(gate):
    assert "Waiting for a person" not in drawn(gate, "en")
    write(gate, REFUSED)
    assert "Waiting for a person: 1" in drawn(gate, "en")
    write(gate)
    assert "Waiting for a person" not in drawn(gate, "en")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"alerts": [{"id": 1}]}', "\ufffd"])
def test_a_list_of_alerts_that_cannot_be_read_costs_the_page_nothing(tmp_path, text):
    gate = Gate(Settings(tmp_path))
    assert gate.alerts == ()
    (tmp_path / "alerts.json").write_text(text, "utf-8")
    assert gate.alerts == ()


def test_every_reason_of_a_refusal_or_a_quarantine_has_words_in_both_languages():
    texts = (path.read_text("utf-8") for path in Path(pipelines.__file__).parent.rglob("*.py"))
    codes = {code for text in texts for code in CODE.findall(text)}
    assert len(codes) > 35
    assert [f"{lang}: {code}" for code in sorted(codes) for lang in ("en", "zh") if not has_word(lang, f"quality.reason.{code}")] == []
