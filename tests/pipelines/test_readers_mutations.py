"""Random damage to good files: nothing crashes, every record and every byte is accounted for, and what is handed over does not depend on how the file was cut into blocks."""

import csv
import io
import json
import random

import pytest

from pipelines.adapters import delimited, xes
from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.delimited import read_delimited
from pipelines.adapters.jsonl import read_jsonl
from pipelines.adapters.source import open_source

SEEDS = 200
SMALL_BLOCK = 97


def values(rng: random.Random) -> list[str]:
    texts = ["x", "张三", "a,b", 'say "no"', "two\nlines", "", "\u2028", "禅城区", "1.5", "'; DROP", " 007 "]
    return [str(rng.randrange(10**6)), *(rng.choice(texts) for _ in range(4))]


def good_csv(rng: random.Random) -> bytes:
    text = io.StringIO()
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    rows = [["id", "b", "c", "d", "e"], *(values(rng) for _ in range(60))]
    csv.writer(text, lineterminator=rng.choice(["\n", "\r\n"]), quoting=quoting).writerows(rows)
    return text.getvalue().encode(rng.choice(["utf-8", "utf-8", "gb18030"]))


def good_jsonl(rng: random.Random) -> bytes:
    rows = [{"id": rng.randrange(10**6), "b": rng.choice(["张三", "x\ny"]), "c": [rng.choice("abc")], "d": None} for _ in range(60)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    return rng.choice(["\n", "\r\n"]).join(lines).encode(rng.choice(["utf-8", "utf-8", "gb18030"]))


def damaged(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randrange(1, 20)):
        place = rng.randrange(len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[place:place] = rng.choice([b'"', b"\n", b"\r", b",", b"\x00", b"\xff", b"{", b'""'])
        elif kind == 2:
            del data[place : place + rng.randrange(1, 30)]
        elif kind == 3:
            data[place:place] = data[place : place + rng.randrange(1, 50)]
        else:
            data = data[place:] + data[:place] if rng.random() < 0.1 else data
    return bytes(data)


def account(path, reader, block: int):
    """What a file gives, read in blocks of this size; the identities are checked on the way."""
    tally, rows, rejects = Tally(), {}, {}
    try:
        with open_source(path, Profile()) as source:
            for batch in reader(source, Profile(), tally, block):
                names = [name for name in batch.frame.columns if not name.startswith("_")]
                for row in batch.frame.to_dicts():
                    rows[row["_row"]] = (row["_offset"], row["_length"], {name: row[name] for name in names if row[name] is not None})
                rejects |= {reject.row: (reject.offset, reject.length, reject.code, reject.text) for reject in batch.rejects}
    except FileRefused as refused:
        return refused.code
    assert sorted([*rows, *rejects]) == list(range(1, tally.records + 1))
    assert tally.accounted_bytes == path.stat().st_size
    assert sum(row[1] for row in rows.values()) + sum(reject[1] for reject in rejects.values()) == tally.record_bytes
    return rows, rejects


@pytest.mark.soak  # every run sends damaged files through the whole ingest, which reads them the same way
@pytest.mark.parametrize(("make", "reader", "suffix"), [(good_csv, read_delimited, "csv"), (good_jsonl, read_jsonl, "jsonl")])
def test_damage_is_accounted_for(tmp_path, monkeypatch, make, reader, suffix):
    monkeypatch.setattr(delimited, "SMALL", SMALL_BLOCK)
    outcomes = set()
    for seed in range(SEEDS):
        rng = random.Random(seed)
        path = tmp_path / f"{seed}.{suffix}"
        path.write_bytes(damaged(make(rng), rng))
        whole, pieces = account(path, reader, 1 << 25), account(path, reader, SMALL_BLOCK)
        assert whole == pieces, seed
        outcomes |= {whole} if isinstance(whole, str) else {code for _, _, code, _ in whole[1].values()}
    assert len(outcomes) >= 4  # the damage reached what it was meant to reach


def good_xes(rng: random.Random) -> bytes:
    events = [
        f'<event><string key="concept:name" value="{rng.choice("ABC")}"/><int key="n" value="{rng.randrange(99)}"/></event>'
        for _ in range(40)
    ]
    traces = [f'<trace><string key="concept:name" value="C{n}"/>{"".join(events[n : n + 4])}</trace>' for n in range(0, 40, 4)]
    return ("<log>\n" + "\n".join(traces) + "\n</log>").encode()


def test_damaged_logs_are_accounted_for(tmp_path):
    outcomes = set()
    for seed in range(SEEDS):
        rng = random.Random(seed)
        content, path = good_xes(rng), tmp_path / f"{seed}.xes"
        place = rng.randrange(len(content))
        path.write_bytes(
            content.replace(b"key", b"kez", 1)
            if seed % 4 == 0
            else content[:place] + rng.choice([b"", b"x", b" ", b"<"]) + content[place + seed % 3 :]
        )
        try:
            with open_source(path, Profile()) as source:
                batches = list(xes.read(source, Profile()))
        except FileRefused as refused:
            outcomes.add(refused.code)
            continue
        rows = [row for batch in batches for row in batch.frame["_row"]]
        rejects = [reject.row for batch in batches for reject in batch.rejects]
        assert sorted(rows + rejects) == list(range(1, len(rows) + len(rejects) + 1))
        outcomes |= {"rows"} | {reject.code for batch in batches for reject in batch.rejects}
    assert {"E_XML", "rows"} <= outcomes


def test_good_files_come_out_as_the_standard_library_reads_them(tmp_path):
    for seed in range(100):
        content = good_csv(random.Random(seed))
        path = tmp_path / f"{seed}.csv"
        path.write_bytes(content)
        text = content.decode("gb18030" if account(path, read_delimited, 1 << 25) and not is_utf8(content) else "utf-8")
        expected = [{name: value for name, value in row.items() if value} for row in csv.DictReader(io.StringIO(text, newline=""))]
        for block in (SMALL_BLOCK, 1 << 25):
            rows, rejects = account(path, read_delimited, block)
            assert [row for _, _, row in rows.values()] == expected and not rejects


def is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
