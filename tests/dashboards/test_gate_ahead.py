"""Readings that are begun before a page asks for them: made once, of the release that the page is pinned to, and no failure is hidden."""

import threading

import pytest

from dashboards.gate import Gate


def test_who_asks_meanwhile_waits_for_what_was_begun(tiny_city):
    gate, begun, allowed, made = Gate(tiny_city), threading.Event(), threading.Event(), []

    def slow() -> int:
        begun.set()
        allowed.wait(10)
        made.append(1)
        return 7

    gate.ahead(lambda: gate.once("slow", slow))
    assert begun.wait(10) and not made
    allowed.set()
    assert gate.once("slow", lambda: made.append(2)) == 7
    assert made == [1]


def test_it_reads_the_release_that_the_page_reads(tiny_city):
    gate, seen, looked = Gate(tiny_city), [], threading.Event()

    def look() -> None:
        seen.append(gate.holding())
        looked.set()

    with gate.one_release():
        held = gate.holding()
        gate._holding = None  # as if another release had been opened meanwhile
        gate.ahead(look)
        assert looked.wait(10)
    assert seen == [held]


def test_what_failed_ahead_fails_where_it_is_asked_for(tiny_city):
    gate, tried = Gate(tiny_city), threading.Event()

    def wrong():
        try:
            return gate.table("select nothing from nowhere")
        finally:
            tried.set()

    gate.ahead(wrong)
    assert tried.wait(10)
    with pytest.raises(Exception, match="nowhere"):
        gate.table("select nothing from nowhere")
