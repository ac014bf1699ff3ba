"""Personal identifiers: the key of this installation, the keyed HMAC that replaces them, and masks for what people are shown."""

from __future__ import annotations

import os
import re
import secrets

import duckdb
import polars as pl

from warehouse.settings import Settings

MASK = "•••"
_BLOCK = 64
_HARMLESS = re.compile(r"\d{4}-?\d{2}-?\d{2}([T ][\d:.]+)?(Z|[+-]\d{2}:?\d{2})?|[a-z_]{1,24}|\d{1,4}")

# names of columns that tell of persons; and values that are one: a mobile number, an identity number, an e-mail address
_PERSONAL_NAME = re.compile(
    r"^name$|(full|first|last|given|family|sur|real|user|citizen|applicant|agent|person|contact)[ _-]?name|phone|mobile|(^|_)tel|mail|address|passport"
    r"|id[ _-]?(card|no\b|number)|citizen|applicant|agent|contact|姓名|电话|手机|邮箱|住址|地址|身份证|证件号|联系|申请人|经办人|代理人",
    re.IGNORECASE,
)
PERSONAL_VALUE = r"(^|\D)(1[3-9]\d{9}|\d{15}|\d{17}[\dXx])(\D|$)|\S@\S+\.\S"


def named_personally(column: str) -> bool:
    """Whether a column about which nothing is known may tell of persons, by its name."""
    return bool(_PERSONAL_NAME.search(column))


def looks_personal(values: pl.Series) -> pl.Series:
    """Which values hold something by which a person can be found."""
    return values.str.contains(PERSONAL_VALUE).fill_null(False)


def hmac_key(settings: Settings) -> bytes:
    """The installation's HMAC key; made on first use, readable by its owner alone."""
    path = settings.secrets_dir / "hmac.key"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text().strip())


class Hasher:
    """HMAC-SHA-256 in hex, computed by DuckDB for the distinct values of a column."""

    def __init__(self, con: duckdb.DuckDBPyConnection, key: bytes) -> None:
        padded = key.ljust(_BLOCK, b"\0")
        self._con, self.key = con, key
        self._pads = [bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)]

    def replace(self, values: pl.Series) -> pl.Series:
        """The same column with every value hashed; null stays null."""
        plain = values.drop_nulls().unique().to_frame("plain")
        if plain.is_empty():
            return values
        hashed = self._con.execute("select plain, sha256($2 || unhex(sha256($1 || encode(plain)))) as hashed from plain", self._pads).pl()
        return values.to_frame("plain").join(hashed, on="plain", how="left", maintain_order="left")["hashed"].alias(values.name)


def mask_text(text: str, delimiter: str = ",") -> str:
    """A record that could not be taken apart, with everything hidden that is not plainly a date, a code or a small number."""
    parts = re.split(f"([{re.escape(delimiter)}\r\n]+)", text[:2000])
    return "".join(
        part if index % 2 or _HARMLESS.fullmatch(part.strip()) else MASK if part.strip() else part for index, part in enumerate(parts)
    )
