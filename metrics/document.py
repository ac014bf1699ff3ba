"""docs/metrics.md from the definitions, in both languages: `python -m metrics.document` writes it, `--check` tells whether it is fresh."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from metrics.registry import FAMILIES, registry
from metrics.spec import Form, Metric, Words

TARGET = Path(__file__).parent.parent / "docs" / "metrics.md"
FAMILY_NAMES: dict[str, Words] = {
    "catalogue": {"en": "Catalogue", "zh": "事项目录"},
    "volume": {"en": "Volume and channels", "zh": "办件量与渠道"},
    "visits": {"en": "Visits and observed depth", "zh": "到场次数与实测深度"},
    "time": {"en": "Time and outcome", "zh": "时限与结果"},
    "queues": {"en": "Queues and windows", "zh": "排队与窗口"},
    "materials": {"en": "Materials", "zh": "材料"},
    "satisfaction": {"en": "Satisfaction", "zh": "满意度"},
    "money": {"en": "Money and delivery", "zh": "费用与送达"},
    "comparison": {"en": "Comparison and targets", "zh": "比较与目标"},
    "quality": {"en": "Data quality", "zh": "数据质量"},
}
BETTER = {"higher": "higher is better 越高越好", "lower": "lower is better 越低越好", "neutral": "neither 中性"}
HEAD = """# Metrics 指标

Generated from `metrics/definitions/` by `python -m metrics.document`; change a definition, not this page.
本页由 `metrics/definitions/` 生成（`python -m metrics.document`），请修改定义文件而非本页。

A value has a state: `value`, `not_provided`, `not_applicable`, `insufficient_n` (a percentage of fewer than ten), `suppressed` or `not_yet_complete`;
only `value` has a number. Shares are 0 to 1. Stocks are taken at the end of the last day of the period, or of each month (year, quarter, week, day) in it.
数值均附状态，仅 `value` 有数字；占比为 0 至 1；存量取期末（或各期最后一日）终了时。
"""


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is what the definitions make."""
    page = document()
    if "--check" not in arguments:
        TARGET.write_text(page, "utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text("utf-8") == page:
        return 0
    print("docs/metrics.md is not what the definitions make; run `python -m metrics.document`.", file=sys.stderr)
    return 1


def document() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_contents(), *(line for family in FAMILIES for line in _family(family))])


def _contents() -> Iterator[str]:
    yield "| metric 指标 | name | 名称 | unit | direction |"
    yield "|---|---|---|---|---|"
    for metric in registry().values():
        yield f"| [`{metric.id}`](#{metric.id}) | {metric.name['en']} | {metric.name['zh']} | {metric.default_form.unit} | {BETTER[metric.better]} |"
    yield ""


def _family(family: str) -> Iterator[str]:
    yield f"## {FAMILY_NAMES[family]['en']} {FAMILY_NAMES[family]['zh']}\n"
    for metric in registry().values():
        if metric.family == family:
            yield from _metric(metric)


def _metric(metric: Metric) -> Iterator[str]:
    yield f"### `{metric.id}`\n\n**{metric.name['en']} · {metric.name['zh']}**\n"
    yield f"{metric.meaning['en']}  \n{metric.meaning['zh']}\n"
    yield f"- Formula: {metric.formula['en']}  \n  公式：{metric.formula['zh']}"
    yield f"- Mart: `{metric.mart}`, {_anchor(metric)}; evidence: {metric.evidence}; {BETTER[metric.better]}; version {metric.version}"
    for choice, form in _forms(metric):
        yield f"- {f'`{metric.picker}={choice}`: ' if choice else ''}{_computation(form)}"
    yield from (f"- Parameter `{param.name}`: {param.default} by default; {_allowed(param.to_json())}" for param in metric.params.values())
    yield f"- Dimensions 维度: {', '.join(metric.dimensions)}"
    yield from (f"- {words['en']}  \n  {words['zh']}" for words in metric.edge_cases)
    yield f"- Source 来源: {metric.source}\n"


def _anchor(metric: Metric) -> str:
    if not metric.time and not metric.since:
        return "of the period asked for"
    return f"by `{metric.time}`" if metric.time else f"from `{metric.since}` to `{metric.until}`"


def _forms(metric: Metric) -> Iterator[tuple[str, Form]]:
    if metric.picker is None:
        yield "", metric.forms[""]
        return
    for choice in metric.params[metric.picker].choices:
        yield str(choice), metric.forms.get(str(choice), metric.forms[""])


def _computation(form: Form) -> str:
    if form.kind == "derived":
        return f"computed by `{form.evaluator}` in {form.unit}"
    known = {"numerator": form.numerator, "denominator": form.denominator, "rows used": form.n, "bound": form.bound}
    if form.kind == "survival_quantile":
        known = {"event": form.event, "age": form.age, "scope": form.scope, "quantile": str(form.quantile)}
    head = (
        f"{form.kind} in {form.unit}"
        + (f", {form.interval} interval" if form.interval != "none" else "")
        + (", 1 − numerator ÷ denominator" if form.complement else "")
    )
    return "; ".join([head, *(f"{role} `{sql}`" for role, sql in known.items() if sql)])


def _allowed(allowed: dict) -> str:
    return f"one of {', '.join(map(str, allowed['choices']))}" if "choices" in allowed else "{} to {}".format(*allowed["range"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
