"""What was read or made of one release: kept as long as there is room, and made once however many readers want it at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any


class Memory:
    """Values by key. When there are more than `capacity`, those that nobody has wanted for longest are given up."""

    def __init__(self, capacity: int) -> None:
        """Nothing is known yet."""
        self._capacity = capacity
        self._kept: OrderedDict[object, Any] = OrderedDict()
        self._making: dict[object, threading.RLock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def known(self, keys: list[Any]) -> dict[Any, Any]:
        """Those of the keys that are kept, with their values."""
        with self._lock:
            return {key: self._used(key) for key in keys if key in self._kept}

    def keep(self, found: Mapping[Any, Any]) -> None:
        """Hold on to values."""
        with self._lock:
            self._kept.update(found)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """The value of a key; `make` makes it for the first who wants it, the others wait for that. What failed is tried again by the next."""
        with self._lock:
            if key in self._kept:
                return self._used(key)
            turn = self._making.setdefault(key, threading.RLock())
        with turn:
            found = self.known([key])
            if key not in found:
                try:
                    found = {key: make()}
                    self.keep(found)
                finally:
                    with self._lock:
                        self._making.pop(key, None)
            return found[key]

    def _used(self, key: object) -> Any:
        self._kept.move_to_end(key)
        return self._kept[key]
