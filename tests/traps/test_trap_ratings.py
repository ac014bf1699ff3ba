"""Traps of ratings: silence and defaults, scales the wrong way round (T7, T19)."""

from textwrap import dedent

import pytest

from data_quality.catalogue import suites
from data_quality.gate import judge
from metrics.statistics.nonresponse import bounds
from pipelines.source import load, sources

HEADER = "rating_id,case_id,grade,is_default,rated_at,channel,rater_key,source_version\n"


def ratings(default_grade: int, version: int) -> str:
    """Twenty cases: four people answered (5, 4, 3 and 1), sixteen said nothing and were given the grade that the system gives."""
    answers = [f"R{n},K{n:02},{grade},false,2024-03-06 09:00:00,window,p{n},{version}" for n, grade in enumerate((5, 4, 3, 1))]
    silent = [f"R{n},K{n:02},{default_grade},true,2024-03-06 09:00:00,window,p{n},{version}" for n in range(4, 20)]
    return HEADER + "\n".join(answers + silent) + "\n"


def test_trap_07_defaults_and_silence(town):
    town.events(*(f"K{n:02},completed,2024-03-05 09:00:00,window,A1,granted" for n in range(20)))
    town.receive(ratings=ratings(default_grade=3, version=1))
    town.build()
    all_grades = "select avg(grade), avg((grade >= 4)::int), avg((grade >= 3)::int) from mart_rating where is_latest"
    before, seen = town.con.execute(all_grades).fetchone(), told(town)
    town.receive(ratings=ratings(default_grade=5, version=2))
    town.build()
    after = town.con.execute(all_grades).fetchone()
    assert before == (pytest.approx(61 / 20), pytest.approx(2 / 20), pytest.approx(19 / 20))
    assert after == (pytest.approx(93 / 20), pytest.approx(18 / 20), pytest.approx(19 / 20))  # satisfaction "rises" from 10 to 90 %
    assert told(town) == seen == {"active": (3, 4), "bad": (1, 20), "answered": (4, 20), "top two": (2, 4), "score": (225, 4)}
    assert bounds(3, 4, 20) == (0.15, 0.95)  # what the silent sixteen could hide; the naive share stands at its very top


def told(town) -> dict:
    metrics = {"active": "active_good_rating_rate", "bad": "bad_rating_rate_per_100k", "answered": "response_rate",
               "top two": "top2_satisfaction", "score": "satisfaction_score"}  # fmt: skip
    return {name: town.parts(metric) for name, metric in metrics.items()}


def test_trap_07_one_rater_is_one_voice(town):
    """A window worker rates one case thirty times: the last counts, once."""
    town.events("K,completed,2024-03-05 09:00:00,window,A1,granted", "L,completed,2024-03-05 09:00:00,window,A1,granted")
    many = [f"R{n:02},K,5,false,2024-03-06 09:{n:02}:00,window,same,1" for n in range(30)]
    town.receive(ratings=HEADER + "\n".join([*many, "S,L,1,false,2024-03-06 09:00:00,window,other,1"]) + "\n")
    town.build()
    assert town.sql("select count(*) filter (where grade >= 3) / count(*) from mart_rating") == pytest.approx(30 / 31)
    assert town.parts("active_good_rating_rate") == (1, 2)
    assert town.parts("response_rate") == (2, 2)  # never above one: cases, not ratings


GRADES = [1] * 114 + [5] * 6
SCALES = {"best is 1": {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}, "best is 5": {str(n): str(n) for n in range(1, 6)}}


def platform(scale: str) -> str:
    """A definition that maps the platform's grades one way or the other."""
    return dedent("""
        source: platform
        files: ["grades*.csv"]
        emits:
          - feed: ratings
            columns:
              rating_id: id
              grade: {column: grade, codes: {CODES}}
              rated_at: at
              channel: {constant: web}
        """).replace("{CODES}", "{" + ", ".join(f"'{code}': '{grade}'" for code, grade in SCALES[scale].items()) + "}")


def guards_that_fired(town) -> set[str]:
    outcomes = judge(town.con, {"core_rating": suites()["core_rating"]}).outcomes
    return {outcome.rule.id for outcome in outcomes if outcome.result != "passed"} & {"scale_direction", "bad_share_plausible"}


@pytest.mark.parametrize("scale", SCALES)
def test_trap_19_a_scale_the_wrong_way_round(town, tmp_path, monkeypatch, scale):
    """One file of a platform where 1 is the best, mapped both ways: 114 of 120 people are very satisfied, or the file is refused."""
    (tmp_path / "platform.yaml").write_text(platform(scale))
    monkeypatch.setitem(sources(), "platform", load(tmp_path / "platform.yaml"))
    text = "id,grade,at\n" + "".join(f"R{n},{grade},2024-03-06 09:00:00\n" for n, grade in enumerate(GRADES))
    if scale == "best is 1":
        town.receive("platform", grades=text)
        town.build()
        assert town.parts("active_good_rating_rate") == (114, 120)
        assert guards_that_fired(town) == set()
    else:
        [refused] = town.deliver("platform", grades=text).refused
        assert refused.reason.startswith("E_DIRECTION")


def test_trap_19_a_scale_the_wrong_way_round_in_the_contracts_own_columns(town):
    """Nobody maps anything here, so nothing can be refused: the gate holds the release back."""
    lines = (f"R{n},,{grade},false,2024-03-06 09:00:00,web,p{n},1" for n, grade in enumerate(GRADES))
    town.receive(ratings=HEADER + "\n".join(lines) + "\n")
    town.build()
    assert town.parts("active_good_rating_rate") == (6, 120)
    assert guards_that_fired(town) == {"scale_direction", "bad_share_plausible"}


def test_trap_19_a_code_that_nobody_mapped_is_no_grade(town):
    report = None
    with pytest.raises(AssertionError):
        report = town.receive(ratings=HEADER + "R1,K1,0,false,2024-03-06 09:00:00,web,p1,1\nR2,K1,5,false,2024-03-06 09:00:00,web,p2,1\n")
    assert report is None
    town.build()
    assert town.sql("select count(*) from mart_rating") == 1
    assert "grade" in town.sql("select reasons[1] from ledger_quarantine")
