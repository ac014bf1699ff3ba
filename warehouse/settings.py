"""Where everything of one installation lives. The only reader of the environment."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CONTAINER = Path("/sys/fs/cgroup/memory.max")  # the limit of a container, where there is one


@dataclass(frozen=True)
class Settings:
    """Paths and limits of one installation; `home` holds all that it writes."""

    home: Path
    memory_limit: str = "3GB"  # of DuckDB, where releases are read
    build_memory_limit: str = "5GB"  # of DuckDB, where records are loaded and models built: 5.8 million cases need as much
    threads: int = 2
    push_limit: int = 256 * 1024 * 1024
    patience: float = 0  # seconds to wait for another writer
    low_water: int = 512_000_000  # bytes of the disk that stay free, at most a tenth of it

    @classmethod
    def load(cls, home: str | Path | None = None) -> Settings:
        """Settings for `home`, else $ONEGATE_HOME, else ./var."""
        chosen = Path(home or os.environ.get("ONEGATE_HOME") or "var").absolute()
        threads = int(os.environ.get("ONEGATE_THREADS") or min(4, os.cpu_count() or 1))
        push_limit = int(float(os.environ.get("ONEGATE_PUSH_LIMIT_MB") or 256) * 1024 * 1024)
        memory = os.environ.get("ONEGATE_MEMORY")
        return cls(chosen, memory or "3GB", memory or _most_of_memory(), threads, push_limit, *_waits())

    def prepare(self) -> Settings:
        """Create the folders of the installation, readable by their owner alone."""
        inner = (self.archive_dir, self.releases_dir, self.landing_dir, self.rejected_dir, self.maps_dir, self.secrets_dir, self.tmp_dir)
        for folder in (self.home, *inner, self.inbox_dir):
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
    def inbox_dir(self) -> Path:
        """What transports have half received, and what they remember: never read by ingest."""
        return self.home / "inbox"

    @property
    def rejected_dir(self) -> Path:
        """Copies of files that were refused whole."""
        return self.home / "rejected"

    @property
    def alerts_path(self) -> Path:
        """The file that lists the open alerts."""
        return self.home / "alerts.json"

    @property
    def maps_dir(self) -> Path:
        """The city's own GeoJSON files; their areas carry division codes."""
        return self.home / "maps"

    @property
    def data_docs_dir(self) -> Path:
        """What the quality gate found in the last build, as pages."""
        return self.home / "data_docs"

    @property
    def secrets_dir(self) -> Path:
        """The HMAC key; never copied anywhere else."""
        return self.home / "secrets"

    @property
    def tmp_dir(self) -> Path:
        """Spill space of the engine and half-built releases."""
        return self.home / "tmp"

    def secret(self, *, variable: str = "", file: str = "") -> str | None:
        """A secret that a definition only names: an environment variable, or a file in the folder of secrets that its owner alone may read."""
        if variable:
            return os.environ.get(variable) or None
        path = self.secrets_dir / file
        if not file or not path.is_file():
            return None
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"Others may read {path}; say: chmod 600 {path}")
        return path.read_text("utf-8").strip() or None


def _waits() -> tuple[float, int]:
    """How long to wait for another writer, and how much of the disk stays free."""
    return float(os.environ.get("ONEGATE_PATIENCE") or 60), int(float(os.environ.get("ONEGATE_LOW_WATER_MB") or 512) * 1_000_000)


def _most_of_memory() -> str:
    """5 GB for DuckDB, on a small machine (or in a small container) 60 % of what there is."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control groups, or "max"
        there = min(there, int(CONTAINER.read_text("ascii")))
    return f"{min(5000, there * 6 // 10_000_000)}MB"
