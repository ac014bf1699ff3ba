"""Opening files: what is no regular file, or not what its name says, is refused without blocking and without filling memory."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.adapters.batch import FileRefused, Profile, Tally
from pipelines.adapters.read import read_records, sniff_format


def refusal(path, **profile) -> str:
    with pytest.raises(FileRefused) as refused:
        list(read_records(path, Profile(**profile)))
    assert refused.value.sentence.endswith(".")
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.csv", "csv"),
        ("A.CSV.GZ", "csv"),
        ("a.tsv", "tsv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.gz", "jsonl"),
        ("a.json", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.xlsx", "xlsx"),
        ("a.xes.gz", "xes"),
        ("a.xlsx.gz", None),
        ("a.parquet.gz", None),
        ("a.xls", None),
        ("a.xlsm", None),
        ("a.txt", None),
        ("csv", None),
        ("a.gz", None),
    ],
)
def test_formats_by_name(tmp_path, name, found):
    assert sniff_format(tmp_path / name) == found


def test_links_pipes_folders_and_unreadable_files(tmp_path):  # M48
    (tmp_path / "good.txt").write_text("a,b\n1,2\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "good.txt")
    (tmp_path / "passwd.csv").symlink_to("/etc/passwd")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "good.txt")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "locked.csv").write_text("a,b\n1,2\n")
    (tmp_path / "locked.csv").chmod(0)
    names = ["link", "passwd", "hard", "folder", "pipe", "locked", "absent", "nul\0nul", "n" * 300]
    assert {name: refusal(tmp_path / f"{name}.csv") for name in names} == dict.fromkeys(names, "E_LINK")


def test_a_device(tmp_path):  # M48
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    assert refusal(tmp_path / "a.csv") == "E_LINK"
    with pytest.raises(FileRefused, match="E_LINK"):
        list(read_records(Path("/dev/zero"), Profile(format="csv")))


def test_odd_names_are_names_only(tmp_path):  # M47
    for name in ["-rf.csv", "$(id).csv", "事项\u202evsc.csv", "new\nline.csv", "CON.csv", "n" * 251 + ".csv"]:
        (tmp_path / name).write_text("a,b\n1,2\n")
        assert sum(batch.frame.height for batch in read_records(tmp_path / name)) == 1


def test_a_name_without_a_format(tmp_path):
    (tmp_path / "a.dat").write_text("a,b\n1,2\n")
    assert refusal(tmp_path / "a.dat") == "E_NAME"
    assert sum(batch.frame.height for batch in read_records(tmp_path / "a.dat", Profile(format="csv"))) == 1


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DISGUISES = {
    "png.csv": PNG,  # M49
    "png.jsonl": PNG,
    "pdf.csv": b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n",
    "elf.csv": b"\x7fELF\x02\x01\x01" + bytes(100),
    "zip.csv": b"PK\x03\x04" + bytes(100),
    "gzip.csv": gzip.compress(b"a,b\n1,2\n"),
    "parquet.csv": b"PAR1" + bytes(100),
    "png.csv.gz": gzip.compress(PNG),
    "csv.parquet": b"a,b\n1,2\n",  # M40, M49
    "csv.xlsx": b"a,b\n1,2\n",
    "zeros.csv": bytes(5000),
    "quotes.csv": b'"' * 5000,
    "nul header.csv": b"a\x00b,c\n1,2\n",
    "utf-16 without mark.csv": "a,b\n1,2\n".encode("utf-16-le"),
    "png.xes": PNG,
}


@pytest.mark.parametrize("name", DISGUISES)
def test_contents_that_contradict_the_name(tmp_path, name):
    (tmp_path / name).write_bytes(DISGUISES[name])
    assert refusal(tmp_path / name) == "E_TYPE_MISMATCH"


def test_gzip_that_is_none_or_cut_off(tmp_path):
    whole = gzip.compress(os.urandom(1000).hex().encode())
    (tmp_path / "a.csv.gz").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "b.csv.gz").write_bytes(whole[:200])
    assert (refusal(tmp_path / "a.csv.gz"), refusal(tmp_path / "b.csv.gz")) == ("E_PARTIAL", "E_PARTIAL")


def test_gzip_that_swells(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b\n")
        for _ in range(40):
            file.write(b"1,2\n" * 1_000_000)
    assert refusal(path) == "E_ZIP_RATIO"


MEASURED = """
import re, sys
from pathlib import Path
from pipelines.adapters.read import FileRefused, read_records
kinds = set()
try:
    for batch in read_records(Path(sys.argv[1])):
        kinds |= {reject.code for reject in batch.rejects}
except FileRefused as refused:
    kinds.add(refused.code)
print(*sorted(kinds), int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.parametrize(
    ("head", "filling", "code"), [(b"", b"\0", "E_TYPE_MISMATCH"), (b"a,b\n1,2\n", b"\0", "E_TOO_LONG"), (b'a,b\n1,"', b'"', "E_TOO_LONG")]
)
def test_a_gigabyte_of_one_byte_stays_out_of_memory(tmp_path, head, filling, code):  # M49
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(head)
        if filling == b"\0":
            file.truncate(1 << 30)
        else:
            file.writelines(filling * (1 << 20) for _ in range(600))
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True)
    found, megabytes = done.stdout.split()
    assert found == code and int(megabytes) < 500


def test_the_account_is_kept(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n3\r\n")
    tally = Tally()
    list(read_records(tmp_path / "a.csv", tally=tally))
    assert tally == Tally("csv", "utf-8-bom", records=2, file_bytes=18, bom_bytes=3, header_bytes=5, blank_bytes=2, record_bytes=8)
