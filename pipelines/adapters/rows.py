"""Gathers rows that come one by one, each a dict of texts, into batches of a bounded size."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.adapters.batch import PLACE, Batch, Reject
from pipelines.adapters.columns import MAX_COLUMNS, text_frame

MAX_ROWS = 65_536
MAX_CELLS = 5_000_000

Place = tuple[int, int | None, int | None]


class TooManyColumns(ValueError):
    """A row brings names that no table can hold."""


class BadEvent(ValueError):
    """An event of a log that is no row, with its reason code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Gathered:
    """Rows, their places, and rejects, until `take` makes a batch of them. Columns stand in the order in which the file first names them."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}  # of the whole file: endless new names are no table
        self._start()

    def _start(self) -> None:
        self._rows: list[Mapping[str, str | None]] = []
        self._places: list[Place] = []
        self._rejects: list[Reject] = []

    def add(self, row: Mapping[str, str | None], place: Place) -> None:
        """Take a row, unless its names are reserved or too many."""
        if not row.keys() <= self._names.keys():
            self._learn(row)
        self._rows.append(row)
        self._places.append(place)

    def _learn(self, row: Mapping[str, str | None]) -> None:
        new = [name for name in row if name not in self._names]
        if len(self._names) + len(new) > MAX_COLUMNS or any(name in PLACE for name in new):
            raise TooManyColumns(f"more than {MAX_COLUMNS} names, or a reserved one")
        self._names.update({name: len(self._names) + place for place, name in enumerate(new)})

    def reject(self, place: Place, code: str, text: str) -> None:
        """Take a record that is no row."""
        self._rejects.append(Reject(*place, code, text))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing has gathered."""
        return not self._rows and not self._rejects

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to take."""
        return len(self._rows) >= MAX_ROWS or len(self._rejects) >= MAX_ROWS or len(self._rows) * len(self._names) > MAX_CELLS

    def take(self) -> Batch:
        """Make a batch of what has gathered and start anew."""
        shapes = {tuple(row) for row in self._rows}
        names = sorted({name for shape in shapes for name in shape}, key=self._names.__getitem__)
        is_even = shapes == {tuple(names)}
        rows = [row.values() for row in self._rows] if is_even else [[row.get(name) for name in names] for row in self._rows]
        batch = Batch(text_frame(names, rows, self._places), self._rejects)
        self._start()
        return batch
