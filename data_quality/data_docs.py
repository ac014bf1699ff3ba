"""Data Docs: what Great Expectations found, as plain pages that need nothing from elsewhere: an index of tables, and a page for each.

Pages of a build replace those of the one before; what earlier builds found stands in quality_outcome. Samples are those of the outcomes, which
hold no personal column.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from data_quality.outcomes import GateReport, Outcome

WORDS = {
    "title": "Data Docs · 数据质量文档",
    "passed": "passed 通过",
    "warned": "warned 警告",
    "failed": "failed 未通过",
    "errored": "not judged 无法判定",
}
ORDER = ("errored", "failed", "warned", "passed")
MARKS = {"passed": "✓", "warned": "!", "failed": "✕", "errored": "?"}
HEAD = ("Result 结果", "Expectation 期望", "Why 理由", "Severity 级别", "Observed 实测", "Wanted 应为", "Broken by 违反数", "Sample 样例")
STYLE = """
:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
.failed, .errored { background: #c0392b22; } .warned { background: #e0a80022; } code { font-size: .9em; overflow-wrap: anywhere; }
"""


def write_data_docs(folder: Path, report: GateReport, ran_at: datetime | None = None) -> None:
    """Write the site of a run of the gate, whole, in place of the one before."""
    moment = f"{ran_at or datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    aside, before = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    for leftover in (aside, before):
        shutil.rmtree(leftover, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for name, text in site(report, moment).items():
        (aside / name).write_text(text, "utf-8")
    if folder.exists():
        folder.rename(before)
    aside.rename(folder)
    shutil.rmtree(before, ignore_errors=True)


def site(report: GateReport, moment: str) -> dict[str, str]:
    """Pages by file name."""
    tables: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        tables.setdefault(outcome.rule.table, []).append(outcome)
    pages = {f"{name}.html": _page(name, moment, [_table_of(outcomes)], is_index=False) for name, outcomes in tables.items()}
    return {"index.html": _page(WORDS["title"], moment, [_summary(report), _index(tables)], is_index=True), "style.css": STYLE, **pages}


def state(outcome: Outcome) -> str:
    """How an outcome is told: a rule that failed and only warns is `warned`."""
    return "warned" if outcome.result == "failed" and outcome.rule.severity == "warn" else outcome.result


def _summary(report: GateReport) -> str:
    verdict = "Nothing blocks publication. 可以发布。" if not report.blocking else "Publication is blocked. 发布被阻止。"
    counts = " · ".join(f"{MARKS[name]} {report.counts[name]} {WORDS[name]}" for name in ORDER)
    return f"<p><strong>{verdict}</strong></p><p>{counts}</p>"


def _index(tables: dict[str, list[Outcome]]) -> str:
    """Tables, those with the worst results first."""
    rows = []
    for name, outcomes in sorted(tables.items(), key=lambda entry: (min(map(_rank, entry[1])), entry[0])):
        counts = [sum(state(outcome) == kind for outcome in outcomes) for kind in ORDER]
        worst = ORDER[min(map(_rank, outcomes))]
        cells = "".join(f"<td>{count}</td>" for count in counts)
        rows.append(f'<tr class="{worst}"><td>{MARKS[worst]}</td><td><a href="{escape(name)}.html">{escape(name)}</a></td>{cells}</tr>')
    return _html_table(["", "Table 表", *(WORDS[name] for name in ORDER)], rows)


def _table_of(outcomes: Sequence[Outcome]) -> str:
    return _html_table(HEAD, [_row(outcome) for outcome in sorted(outcomes, key=_rank)])


def _row(outcome: Outcome) -> str:
    rule, how = outcome.rule, state(outcome)
    count = "" if outcome.unexpected_count is None else str(outcome.unexpected_count)
    cells = [
        f"{MARKS[how]} {WORDS[how]}",
        f"{escape(rule.id)}<br><code>{escape(rule.kind)} {escape(json.dumps(rule.args, ensure_ascii=False, default=str))}</code>",
        f"{escape(rule.because['en'])}<br>{escape(rule.because['zh'])}",
        escape(rule.severity),
        escape(outcome.observed),
        f"<code>{escape(rule.expected)}</code>",
        count,
        f"<code>{escape(outcome.sample or '')}</code>",
    ]
    return f'<tr class="{how}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _rank(outcome: Outcome) -> int:
    return ORDER.index(state(outcome))


def _html_table(head: Iterable[str], rows: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _page(title: str, moment: str, parts: Iterable[str], *, is_index: bool) -> str:
    back = "" if is_index else '<p><a href="index.html">← All tables 全部表</a></p>'
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="style.css"></head><body><main>{back}<h1>{escape(title)}</h1>'
        f"<p>Great Expectations, {escape(moment)}</p>{''.join(parts)}</main></body></html>\n"
    )
