"""The ledger: what was loaded from which file, and what was refused. Rows and ledger are always written in one transaction."""

from __future__ import annotations

LEDGER_DDL = """
create sequence if not exists ledger_file_id start 1;
create table if not exists ledger_file (
    file_id BIGINT not null, sha256 VARCHAR not null, name VARCHAR not null, source_id VARCHAR not null, feed VARCHAR,
    definition_hash VARCHAR not null, received_at TIMESTAMPTZ not null, bytes BIGINT not null, encoding VARCHAR,
    read BIGINT not null, accepted BIGINT not null, duplicate BIGINT not null, superseded BIGINT not null,
    deleted BIGINT not null, quarantined BIGINT not null, status VARCHAR not null, reason VARCHAR
);
create table if not exists ledger_quarantine (
    file_id BIGINT not null, source_id VARCHAR not null, feed VARCHAR not null, row_no BIGINT not null,
    byte_offset BIGINT, byte_length BIGINT, reasons VARCHAR[] not null, record VARCHAR not null
);
create table if not exists build_state (name VARCHAR primary key, value VARCHAR not null);
"""
