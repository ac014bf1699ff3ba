"""Keys of sources that push. A key is shown once; what is kept is its SHA-256, so that reading the file gives nobody a key."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from pipelines.transports.inbox import known_source, write_text
from warehouse.settings import Settings

VALID = 2  # keys that a source may have at once: the new one, and the one that its sender still uses


def make_key(settings: Settings, source: str, *, alone: bool = False) -> str:
    """Make a key for a source and return it. The key before it stays valid, so that the sender can change over, unless `alone`."""
    key = "ogp_" + secrets.token_urlsafe(32)
    kept = [] if alone else _digests(_path(settings, source))[-(VALID - 1) :]
    write_text(_path(settings, source), "\n".join([*kept, _digest(key)]) + "\n")
    return key


def remove_keys(settings: Settings, source: str) -> int:
    """Take every key of a source away; returns how many there were."""
    path = _path(settings, source)
    found = len(_digests(path))
    path.unlink(missing_ok=True)
    return found


def pushing_sources(settings: Settings) -> dict[str, int]:
    """Every source that may push, with the number of its keys."""
    return {path.stem: len(_digests(path)) for path in sorted(_folder(settings).glob("*.sha256"))}


def source_of(settings: Settings, key: str) -> str | None:
    """Whose key this is. Every stored key is compared, each in constant time, so that the answer's time tells nothing."""
    given, found = _digest(key), None
    for path in sorted(_folder(settings).glob("*.sha256")):
        for stored in _digests(path):
            if hmac.compare_digest(stored, given):
                found = path.stem
    return found


def _folder(settings: Settings) -> Path:
    return settings.secrets_dir / "push"


def _path(settings: Settings, source: str) -> Path:
    return _folder(settings) / f"{known_source(source).id}.sha256"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _digests(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split()
    except FileNotFoundError:
        return []
