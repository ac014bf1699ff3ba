"""Reads database files back and fingerprints every table: run as a process of its own, it sees what a reader will see.

python -m warehouse.read_back board.duckdb analyst.duckdb
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

Fingerprint = list  # [columns with their types, rows, sum of the rows' hashes]


def fingerprint(con: duckdb.DuckDBPyConnection, query: str) -> Fingerprint:
    """Columns and types, number of rows, and the sum of hashes over all rows and columns: independent of the rows' order."""
    described = con.execute(f"describe {query}").fetchall()
    names = ", ".join(f'"{row[0]}"' for row in described)
    counted = con.execute(f"select count(*), coalesce(sum(hash({names})::hugeint), 0)::varchar from ({query}) as rows").fetchone()
    return [", ".join(f"{row[0]} {row[1]}" for row in described), *(counted or (0, "0"))]


def read_back(path: Path) -> dict[str, Fingerprint]:
    """Fingerprint by table of a closed database file."""
    with duckdb.connect(str(path), read_only=True, config={"threads": 2}) as con:
        con.execute("set TimeZone = 'UTC'; set temp_directory = ''")
        names = [name for (name,) in con.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        return {name: fingerprint(con, f'select * from "{name}"') for name in names}


if __name__ == "__main__":
    print(json.dumps({Path(name).name: read_back(Path(name)) for name in sys.argv[1:]}))
