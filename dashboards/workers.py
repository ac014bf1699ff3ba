"""Threads that make pages. They are few: making a page is mostly Python, which runs one thread at a time, and the more pages are begun at once
the later all of them are done. Bars and cards, which are quick, have other threads and never wait behind pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

AT_ONCE = 4
P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """The threads of one application."""

    def __init__(self) -> None:
        """None runs before the first page is wanted."""
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")
        self._making = 0

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for a page."""
        return self._making == 0

    async def make(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns, made in one of the threads within the caller's context."""
        context = copy_context()
        self._making += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: context.run(work, *args, **kwargs))
        finally:
            self._making -= 1
