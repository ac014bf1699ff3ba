"""Order does not matter: the files of the golden city in twenty random orders, some delivered again, some cut in two, come to the same content."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.ingest import ingest
from pipelines.source import sources
from warehouse.build import build_models
from warehouse.content_hash import ContentHash, content_hash
from warehouse.engine.duckdb import writing
from warehouse.reference.codes import install_source_priority
from warehouse.settings import Settings

GOLDEN = Path(__file__).parents[1] / "onegate" / "golden"
SOURCES = {"platform": "canonical", "department": "department_system", "late": "canonical"}
CUT = ("case_events.csv", "ratings.csv", "queue_tickets.csv", "case_materials.csv", "service_items.csv")
ORDERS, BUILT = 20, 2
QUICK = 6  # of them in every run; the others in make soak


@dataclass(frozen=True)
class Parcel:
    """A file as it is delivered: whose, under what name, with what content."""

    source: str
    name: str
    content: str


def whole_files() -> list[Parcel]:
    """The golden city's own files, and its platform's largest cut in two as a city would send them: thirty files."""
    found = [
        Parcel(SOURCES[path.parent.name], f"{path.stem}-{path.parent.name}.csv", path.read_text("utf-8"))
        for path in sorted(GOLDEN.glob("*/*.csv"))
    ]
    cut = [part for parcel in found if parcel.name.removesuffix("-platform.csv") + ".csv" in CUT for part in halves(parcel, 3)]
    return [parcel for parcel in found if parcel.name.removesuffix("-platform.csv") + ".csv" not in CUT] + cut


def halves(parcel: Parcel, of: int = 2) -> list[Parcel]:
    """The same rows in two files, cut after one part in `of`."""
    header, *rows = parcel.content.splitlines()
    at = max(1, len(rows) // of)
    return [
        Parcel(parcel.source, parcel.name.replace(".csv", f"-{place}.csv"), "\n".join([header, *part]) + "\n")
        for place, part in (("a", rows[:at]), ("b", rows[at:]))
    ]


def shuffled(seed: int) -> list[Parcel]:
    """The thirty files in another order; three come twice, three are cut in two, and of one a part comes besides."""
    dice = random.Random(seed)
    parcels = whole_files()
    again, cut, besides = dice.sample(parcels, 3), dice.sample(parcels, 3), halves(dice.choice(parcels))[0]
    parcels = [each for each in parcels if each not in cut] + [part for each in cut for part in halves(each)] + again + [besides]
    dice.shuffle(parcels)
    return parcels


def load(home: Path, parcels: list[Parcel]) -> Settings:
    """Deliver the files one after the other, each call with the neighbours of one source."""
    settings = Settings(home, low_water=0).prepare()
    (settings.secrets_dir / "hmac.key").write_text("5e" * 32, "ascii")  # keys are hashed with it, so it has to be the same one
    desk = home / "desk"
    desk.mkdir()
    at = 0
    while at < len(parcels):
        upto = next((place for place in range(at, len(parcels)) if parcels[place].source != parcels[at].source), len(parcels))
        paths = []
        for number, parcel in enumerate(parcels[at:upto], at):
            folder = desk / str(number)
            folder.mkdir()
            (folder / parcel.name).write_text(parcel.content, "utf-8")
            paths.append(folder / parcel.name)
        report = ingest(settings, paths, source=parcels[at].source)
        assert not report.refused and not report.ignored and not report.over_limit
        at = upto
    return settings


def hashed(settings: Settings, *, built: bool) -> ContentHash:
    with writing(settings) as con:
        if built:
            install_source_priority(con, {source.id: source.priority for source in sources().values()})
            build_models(con, full=True)
        return content_hash(con)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, ContentHash]:
    """The files in the order of their names, each once: the hash before and after a build."""
    settings = load(tmp_path_factory.mktemp("in-order"), whole_files())
    with writing(settings) as con:
        assert con.execute("select count(*) from core_case_event").fetchone() > (100,)
        assert con.execute("select count(*) from history_case_event").fetchone() > (0,)
    return {built: hashed(settings, built=built) for built in (False, True)}


def test_there_are_thirty_files_and_no_order_is_like_another():
    assert len(whole_files()) == 30
    orders = [tuple(parcel.name for parcel in shuffled(seed)) for seed in range(ORDERS)]
    assert len(set(orders)) == ORDERS
    assert all(sorted(order) != list(order) for order in orders)


@pytest.mark.parametrize("seed", [*range(QUICK), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(QUICK, ORDERS))])
def test_any_order_comes_to_the_same_content(tmp_path, in_order, seed):
    settings = load(tmp_path, shuffled(seed))
    for built in (False, True) if seed < BUILT else (False,):
        found = hashed(settings, built=built)
        assert found.differing(in_order[built]) == []
        assert (found.content, found.core) == (in_order[built].content, in_order[built].core)


TWO_TELL = {
    "events": "event_id,case_id,event_type,occurred_at,channel,item_id,outcome\n1,K,submitted,2024-02-08T09:00:00+08:00,{channel},{item},\n"
    "2,K,completed,2024-02-20T09:00:00+08:00,{channel},,{outcome}\n",
    "papers": "case_id,material_code,provided_by,resubmission_no\nK,M,{given},0\n",
    "items": "item_id,version,name_zh,item_type,dept_id,division_code,case_type,status,promised_limit\n"
    "I,{version},办事,01,D,440604,commitment,in_force,{limit}\n",
}


def test_what_two_sources_say_of_one_matter_is_decided_without_the_order(tmp_path):
    one = {"channel": "web", "item": "I", "outcome": "granted", "given": "paper", "version": "1", "limit": "5"}
    other = {"channel": "window", "item": "J", "outcome": "refused", "given": "reuse", "version": "", "limit": "9"}
    parcels = [
        Parcel(source, f"{feed}.csv", TWO_TELL[kind].format(**said))
        for source, said in (("one", one), ("other", other))
        for kind, feed in (("events", "case_events"), ("papers", "case_materials"))
    ]
    parcels += [Parcel("one", f"service_items-{number}.csv", TWO_TELL["items"].format(**said)) for number, said in enumerate((one, other))]
    found = []
    for place, order in enumerate((parcels, parcels[::-1])):
        settings = load(tmp_path / str(place), order)
        found.append(hashed(settings, built=True))
        with writing(settings) as con:
            assert con.execute("select item_id, channel, outcome, source_id from mart_case").fetchall() == [("I", "web", "granted", "one")]
            assert con.execute("select provided_by, source_id from mart_material").fetchall() == [("paper", "one")]
            assert con.execute("select promised_limit from mart_item").fetchall() == [(5,)]
    assert found[0].differing(found[1]) == []
