"""What a materialisation says of itself: rows, bytes, hashes, and receipts as a table."""

import hashlib
import json
from typing import Any

import dagster as dg

from pipelines.receipts import COUNTS, IngestReport, Receipt
from pipelines.transports.pull import Pulled
from warehouse.release import Release
from warehouse.settings import Settings

Metadata = dict[str, dg.MetadataValue]
NUMBERS = ("read", *COUNTS)


def load_metadata(settings: Settings, report: IngestReport) -> Metadata:
    """Of a load: the sums of its receipts, the bytes and the hash of its files, and the receipts themselves."""
    counts = {name: dg.MetadataValue.int(sum(getattr(receipt, name) for receipt in report.receipts)) for name in NUMBERS}
    sizes = [_archived_bytes(settings, receipt) for receipt in report.receipts]
    return {
        **counts,
        "dagster/row_count": counts["accepted"],
        "bytes": dg.MetadataValue.int(sum(sizes)),
        "sha256": dg.MetadataValue.text(_joined([receipt.sha256 for receipt in report.receipts])),
        "receipts": _table([_line(receipt, size) for receipt, size in zip(report.receipts, sizes, strict=True)]),
        "left": _table([{"file": each.file, "reason": each.reason} for each in (*report.refused, *report.ignored)]),
    }


def pull_metadata(pulled: Pulled) -> Metadata:
    """Of a pull: the files that landed."""
    files = pulled.to_json()["landed"]
    return {
        "dagster/row_count": dg.MetadataValue.int(pulled.rows),
        "bytes": dg.MetadataValue.int(sum(each.size for each in pulled.landed)),
        "sha256": dg.MetadataValue.text(_joined([each.sha256 for each in pulled.landed])),
        "receipts": _table(files),
        "notes": dg.MetadataValue.md("\n".join(f"- {note}" for note in pulled.notes) or "none"),
    }


def release_metadata(release: Release) -> Metadata:
    """Of a release: its size, the hash of its manifest, and rows and hash of every table."""
    text = (release.folder / "manifest.json").read_bytes()
    tables = [
        {"file": file, "table": table, "rows": entry["rows"], "hash": str(entry["hash"])}
        for file, body in json.loads(text)["files"].items()
        for table, entry in body["tables"].items()
    ]
    return {
        "stamp": dg.MetadataValue.text(release.stamp),
        "as_of": dg.MetadataValue.text(str(release.as_of)),
        "dagster/row_count": dg.MetadataValue.int(sum(table["rows"] for table in tables)),
        "bytes": dg.MetadataValue.int(sum(path.stat().st_size for path in release.folder.iterdir())),
        "sha256": dg.MetadataValue.text(hashlib.sha256(text).hexdigest()),
        "tables": _table(tables),
    }


def _line(receipt: Receipt, size: int) -> dict[str, Any]:
    counts = {name: getattr(receipt, name) for name in NUMBERS}
    return {"file": receipt.file, "feed": receipt.feed, **counts, "bytes": size, "sha256": receipt.sha256}


def _archived_bytes(settings: Settings, receipt: Receipt) -> int:
    """Size of a loaded file, from the archive: what landed may be gone."""
    found = (settings.archive_dir / receipt.sha256[:2]).glob(f"{receipt.sha256}*")
    return next((path.stat().st_size for path in found if not path.name.endswith(".delivery")), 0)


def _joined(hashes: list[str]) -> str:
    """The hash of one file, else that of all their hashes in order; nothing where there was no file."""
    if len(hashes) < 2:
        return "".join(hashes)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _table(rows: list[dict[str, Any]]) -> dg.MetadataValue:
    kinds = {int: "int", float: "float"}
    columns = [dg.TableColumn(name, kinds.get(type(value), "string")) for name, value in (rows[0] if rows else {"file": ""}).items()]
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows], dg.TableSchema(columns))
