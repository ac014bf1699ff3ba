"""What the ledger keeps of a loaded file beside its receipt: its columns, and where its bytes went. The bytes of text add up, or nothing is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.adapters.batch import Tally

TABLES = frozenset({"csv", "tsv", "parquet", "xlsx"})  # every record has all columns of the file
TEXT_FORMATS = frozenset({"csv", "tsv", "jsonl"})


@dataclass(frozen=True)
class ByteAccount:
    """Bytes of a text file, unpacked: of its header, of records that were loaded, of records in quarantine, and of what stands between (mark, blank lines)."""

    text: int
    header: int
    records: int
    rejected: int
    between: int

    def __post_init__(self) -> None:
        """Refuse an account that does not add up."""
        found = self.header + self.records + self.rejected + self.between
        if found != self.text or self.records < 0:
            raise AssertionError(f"the bytes do not add up: {self.text} in the file, {found} accounted for")


def byte_account(tally: Tally, rejected: int) -> ByteAccount | None:
    """The account of a file of text; other formats have none."""
    if tally.format not in TEXT_FORMATS:
        return None
    between = tally.bom_bytes + tally.blank_bytes
    return ByteAccount(tally.file_bytes or 0, tally.header_bytes, tally.record_bytes - rejected, rejected, between)


def write_account(con: duckdb.DuckDBPyConnection, file_id: int, layout: str, header: list[str], account: ByteAccount | None) -> None:
    """Put the file's columns and bytes into the ledger."""
    listed = [account.text, account.header, account.records, account.rejected, account.between] if account else [None] * 5
    con.execute("insert into ledger_account values (?, ?, ?, ?, ?, ?, ?, ?)", [file_id, layout, header, *listed])
