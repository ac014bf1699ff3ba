"""Where everything of one installation lives. The only reader of the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Paths and limits of one installation; `home` holds all that it writes."""

    home: Path
    memory_limit: str = "3GB"
    threads: int = 2

    @classmethod
    def load(cls, home: str | Path | None = None) -> Settings:
        """Settings for `home`, else $ONEGATE_HOME, else ./var."""
        chosen = Path(home or os.environ.get("ONEGATE_HOME") or "var").absolute()
        threads = int(os.environ.get("ONEGATE_THREADS") or min(4, os.cpu_count() or 1))
        return cls(chosen, os.environ.get("ONEGATE_MEMORY") or "3GB", threads)

    def prepare(self) -> Settings:
        """Create the folders of the installation, readable by their owner alone."""
        inner = (self.archive_dir, self.releases_dir, self.landing_dir, self.rejected_dir, self.maps_dir, self.secrets_dir, self.tmp_dir)
        for folder in (self.home, *inner):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    @property
    def warehouse_path(self) -> Path:
        """The working store: one writer, no readers."""
        return self.home / "warehouse.duckdb"

    @property
    def archive_dir(self) -> Path:
        """Every source file ever loaded, by its SHA-256."""
        return self.home / "archive"

    @property
    def releases_dir(self) -> Path:
        """Published releases and the pointer file `current`."""
        return self.home / "releases"

    @property
    def landing_dir(self) -> Path:
        """The folder that the sensor watches: <landing>/<source>/<files>."""
        return self.home / "landing"

    @property
    def rejected_dir(self) -> Path:
        """Copies of files that were refused whole."""
        return self.home / "rejected"

    @property
    def maps_dir(self) -> Path:
        """The city's own GeoJSON files; their areas carry division codes."""
        return self.home / "maps"

    @property
    def secrets_dir(self) -> Path:
        """The HMAC key; never copied anywhere else."""
        return self.home / "secrets"

    @property
    def tmp_dir(self) -> Path:
        """Spill space of the engine and half-built releases."""
        return self.home / "tmp"
