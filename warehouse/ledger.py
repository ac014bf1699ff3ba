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
create table if not exists ledger_account (
    file_id BIGINT not null, layout VARCHAR not null, header VARCHAR[] not null,
    bytes_text BIGINT, bytes_header BIGINT, bytes_records BIGINT, bytes_rejected BIGINT, bytes_between BIGINT
);
create table if not exists ledger_extra (
    file_id BIGINT not null, source_id VARCHAR not null, feed VARCHAR not null, row_no BIGINT not null, extra VARCHAR not null
);
create table if not exists ledger_drift (
    file_id BIGINT not null, source_id VARCHAR not null, feed VARCHAR not null, kind VARCHAR not null, column_name VARCHAR not null
);
create table if not exists ledger_resolution (
    file_id BIGINT not null, row_no BIGINT not null, decision VARCHAR not null, decided_at TIMESTAMPTZ not null,
    decided_by VARCHAR not null, reason VARCHAR not null, correction_file_id BIGINT, correction_row_no BIGINT
);
create sequence if not exists ledger_alert_id start 1;
create table if not exists ledger_alert (
    alert_id BIGINT not null, raised_at TIMESTAMPTZ not null, source_id VARCHAR not null, feed VARCHAR, kind VARCHAR not null,
    subject VARCHAR not null, file VARCHAR not null, sentence VARCHAR not null, cleared_at TIMESTAMPTZ, cleared_by VARCHAR
);
create table if not exists build_state (name VARCHAR primary key, value VARCHAR not null);
"""
