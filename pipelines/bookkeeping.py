"""What is written beside the rows of a file in the same transaction: its account, the alerts that it raises or settles, the decisions that it carries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.account import byte_account, write_account
from pipelines.adapters.batch import Tally
from pipelines.alerts import REFUSED, UNREADABLE, raise_alert, settle_alerts
from pipelines.corrections import RELEASED, Decision
from pipelines.drift import MISSING, NEW
from pipelines.layouts import layout_of
from pipelines.loading import Loader
from pipelines.source import Emission, Source
from warehouse.alerts import Alert
from warehouse.engine.duckdb import transaction

RELOADED = "reloaded"
_BY = "onegate"


@dataclass(frozen=True)
class Loaded:
    """A file whose rows are stored: its number, name, content and source, what it became, and what it decides about other records."""

    file_id: int
    name: str
    sha256: str
    source: Source
    emits: tuple[Emission, ...]
    decisions: tuple[Decision, ...] = ()


def keep_books(con: duckdb.DuckDBPyConnection, file: Loaded, loader: Loader, tally: Tally) -> None:
    """Write everything that is kept of a loaded file beside its line in the ledger."""
    account = byte_account(tally, loader.rejected_bytes)
    write_account(con, file.file_id, layout_of(file.source, file.emits), loader.header.names, account)
    _alert(con, file, loader)
    if file.decisions:
        _decide(con, file)
    else:
        _supersede_quarantine(con, file)


def note_refusal(con: duckdb.DuckDBPyConnection, path: Path, sha256: str, emission: tuple[Source, str], reason: str) -> None:
    """Put a refused file into the ledger (once), and raise the alert."""
    source, feed = emission
    with transaction(con):
        con.execute(
            """insert into ledger_file select nextval('ledger_file_id'), $1, $2, $3, $4, $5, now(), 0, null, 0, 0, 0, 0, 0, 0, 'refused', $6 where not exists (
                select 1 from ledger_file where sha256 = $1 and name = $2 and source_id = $3 and status = 'refused' and reason = $6)""",
            [sha256, str(path), source.id, feed, source.fingerprint, reason],
        )
        raise_alert(con, Alert(source.id, feed, REFUSED, path.name, str(path), reason))


def _alert(con: duckdb.DuckDBPyConnection, file: Loaded, loader: Loader) -> None:
    """Raise what the file's columns and records call for, and settle what this file puts right."""
    feed = file.emits[0].feed.name
    right = [(REFUSED, Path(file.name).name), *((MISSING, f"{feed}.{column}") for column in loader.header.names)]
    if loader.quarantined < loader.read:
        right.append((UNREADABLE, feed))
    settle_alerts(con, file.source.id, right, _BY)
    for column in loader.header.new():
        sentence = f"Column {column} of {feed} is new and nothing reads it; its values are kept beside the rows (ledger_extra)."
        raise_alert(con, Alert(file.source.id, feed, NEW, f"{feed}.{column}", file.name, sentence))
    for column in loader.header.missing():
        sentence = f"Column {column} of {feed} is not there any more; its values are empty from this file on."
        raise_alert(con, Alert(file.source.id, feed, MISSING, f"{feed}.{column}", file.name, sentence))
    if loader.read and loader.quarantined == loader.read:
        sentence = f"Every record of the file is in quarantine: {', '.join(_reasons(con, file.file_id))}."
        raise_alert(con, Alert(file.source.id, feed, UNREADABLE, feed, file.name, sentence))


def _reasons(con: duckdb.DuckDBPyConnection, file_id: int) -> list[str]:
    """The three most frequent reasons, codes only."""
    found = con.execute(
        """select reason from (select unnest(list_transform(reasons, lambda text: regexp_extract(text, '^E_[A-Z_]+(:[A-Za-z_]+)?'))) as reason
        from ledger_quarantine where file_id = ?) group by reason order by count(*) desc, reason limit 3""",
        [file_id],
    ).fetchall()
    return [reason for (reason,) in found]


def _decide(con: duckdb.DuckDBPyConnection, file: Loaded) -> None:
    """Mark the records that the file's decisions are about, unless the corrected record was itself set aside."""
    decided = pl.DataFrame(  # noqa: F841  (read by DuckDB under its name)
        [(*_place(each), each.decision, each.at, each.by, each.why, number) for number, each in enumerate(file.decisions, 1)],
        schema=["sha256", "row_no", "decision", "at", "by", "why", "line"],
        orient="row",
    )
    con.execute(
        """insert into ledger_resolution
        select q.file_id, q.row_no, d.decision, d.at::timestamptz, d.by, d.why, case d.decision when $3 then $1 end, case d.decision when $3 then d.line end
        from decided d join ledger_file f on f.sha256 = d.sha256 and f.source_id = $2 and f.status = 'loaded'
        join ledger_quarantine q on q.file_id = f.file_id and q.row_no = d.row_no
        where not exists (select 1 from ledger_resolution r where r.file_id = q.file_id and r.row_no = q.row_no)
        and not exists (select 1 from ledger_quarantine again where again.file_id = $1 and again.row_no = d.line and d.decision = $3)""",
        [file.file_id, file.source.id, RELEASED],
    )


def _place(decision: Decision) -> tuple[str, int]:
    sha256, _, row = decision.of.partition(":")
    return sha256, int(row)


def _supersede_quarantine(con: duckdb.DuckDBPyConnection, file: Loaded) -> None:
    """The same bytes, read by another definition: what the earlier reading set aside is answered by this one."""
    con.execute(
        f"""insert into ledger_resolution
        select q.file_id, q.row_no, '{RELOADED}', now(), '{_BY}', 'the file was loaded again by another definition', $1, q.row_no
        from ledger_file f join ledger_quarantine q using (file_id)
        where f.sha256 = $2 and f.source_id = $3 and f.feed = $4 and f.file_id < $1
        and not exists (select 1 from ledger_resolution r where r.file_id = q.file_id and r.row_no = q.row_no)""",
        [file.file_id, file.sha256, file.source.id, file.emits[0].feed.name],
    )
