"""Words are complete in both languages; numbers and dates are written as each language writes them."""

import ast
import re
import string
from datetime import date
from pathlib import Path

import pytest

import dashboards
from dashboards import formats
from dashboards.indicators import TILES
from dashboards.periods import Period
from dashboards.places import LEVELS
from dashboards.sentences import table_word
from dashboards.standings import ELSEWHERE
from dashboards.words import say, vocabulary
from data_quality.catalogue import suites
from metrics.registry import registry
from metrics.spec import EVIDENCE, INTERVALS, UNITS
from metrics.states import STATES
from metrics.statistics.attainment import REASONS, STATUSES
from metrics.statistics.control import RULES
from metrics.targets import REFUSED
from warehouse.contract import feeds

ROOM = Path(dashboards.__file__).parent


def spoken_keys() -> set[str]:
    """Every literal key that the room's code passes to say()."""
    keys = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "say"
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                keys.add(node.args[1].value)
    return keys


def test_both_languages_have_the_same_keys():
    assert set(vocabulary("en")) == set(vocabulary("zh"))


def test_both_languages_fill_in_the_same_values():
    def holes(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    differing = {key for key in vocabulary("en") if holes(vocabulary("en")[key]) != holes(vocabulary("zh")[key])}
    assert differing == set()


def test_every_key_that_the_code_says_exists():
    assert len(spoken_keys()) > 80
    assert spoken_keys() - set(vocabulary("en")) == set()


JUDGEMENTS = {
    "target": STATUSES,
    "target_because": [*REASONS, REFUSED],
    "no_forecast": ["too_short", "gaps", "horizon_too_long", "not_better_than_last_year", "not_asked", ELSEWHERE],
}


def test_keys_made_from_data_exist():
    shown = {indicator.key for tile in TILES for indicator in tile.all}
    wanted = {f"short.{key}" for key in shown} | {
        f"{group}.{tile.key}" for tile in TILES for group in ("tile", "told", "told_nothing", "named")
    }
    wanted |= {f"state.{state}" for state in STATES} | {f"because.{state}" for state in STATES} | {f"evidence.{kind}" for kind in EVIDENCE}
    wanted |= {f"{group}.{name}" for group, names in JUDGEMENTS.items() for name in names}
    wanted |= {f"rule.{rule}.{way}" for rule in RULES for way in ("up", "down")} | {f"league.{name}" for name in LEVELS.values()}
    wanted |= (
        {f"interval.{kind}" for kind in INTERVALS}
        | {f"unit_name.{unit}" for unit in UNITS}
        | {f"family.{m.family}" for m in registry().values()}
        | {f"feed.{name}" for name in feeds()}
    )
    assert wanted - set(vocabulary("en")) == set()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_table_with_checks_has_a_name(lang):
    judged = {"store", *suites()}
    assert len(judged) > 50
    assert {table for table in judged if table_word(table, lang) == table} == set()


def test_no_chinese_in_english_and_no_english_sentences_in_chinese():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, text in vocabulary("en").items() if chinese.search(text) and key != "language.zh"] == []
    allowed = {"language.en", "fine.definition", "table.csv", "table.xlsx", "chart.png", "chart.svg"}
    bare = [
        key
        for key, text in vocabulary("zh").items()
        if not chinese.search(re.sub(r"\{[^}]*\}", "", text)) and re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text))
    ]
    assert set(bare) - allowed == set()


def test_a_missing_word_is_a_fault_that_names_it():
    with pytest.raises(KeyError, match="no.such.word"):
        say("en", "no.such.word")


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0.273, "share", "27.3\u202f%", "27.3%"),
        (4.8, "minutes", "4.8\u202fmin", "4.8\u202f分钟"),
        (5_790_000, "cases", "5.79 million", "579 万"),
        (5344, "items", "5,344", "5,344"),
        (14.94, "per_100k", "14.9\u202fper 100,000", "14.9\u202f每十万件"),
        (-0.05, "share", "\u22125.0\u202f%", "\u22125.0%"),
        (1234.5, "working_days", "1,234\u202fworking days", "1,234\u202f个工作日"),
    ],
)
def test_amounts(value, unit, english, chinese):
    assert formats.amount(value, unit, "en") == english
    assert formats.amount(value, unit, "zh") == chinese


@pytest.mark.parametrize(
    ("value", "digits"), [(1, "100.0"), (0, "0.0"), (0.9996, "99.96"), (0.99999, "99.999"), (0.0004, "0.04"), (0.5, "50.0")]
)
def test_only_a_real_zero_or_one_reads_as_0_or_100_per_cent(value, digits):
    assert formats.share_digits(value) == digits


def test_every_unit_of_the_catalogue_can_be_written_in_both_languages():
    for unit in UNITS:
        assert formats.amount(1.5, unit, "en") and formats.difference(-1.5, unit, "zh")


def test_differences_of_shares_are_points_without_a_sign():
    assert formats.difference(-0.009, "share", "en") == "0.9\u202fpts"
    assert formats.difference(0.009, "share", "zh") == "0.9\u202f百分点"


def test_a_forecast_is_never_certain():
    assert [formats.chance(p, "en") for p in (0.001, 0.825, 0.9996)] == ["under 1 %", "82\u202f%", "over 99 %"]
    assert formats.chance(0.5, "zh") == "50%"


def test_dates_and_periods_are_complete():
    assert formats.day(date(2018, 10, 31), "en") == "31 October 2018"
    assert formats.day(date(2018, 10, 31), "zh") == "2018年10月31日"
    assert formats.period(Period(date(2018, 10, 1)), "en") == "October 2018"
    assert formats.period(Period(date(2018, 10, 1), "quarter"), "zh") == "2018年第4季度"
    assert formats.period(Period(date(2018, 1, 1), "year"), "zh") == "2018年"


def test_ranks_and_lists():
    assert [formats.ordinal(n, "en") for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "112th",
    ]
    assert formats.ranks("2–4", "en") == "2nd–4th"
    assert formats.ranks("2", "zh") == "第2"
    assert formats.listed(["a", "b", "c"], "en") == "a, b and c"
    assert formats.listed(["甲", "乙"], "zh") == "甲和乙"
