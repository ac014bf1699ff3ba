"""A page's questions are read in parts while it is written: once each, by whoever comes first, and no failure costs another its answer."""

import threading

import pytest

import dashboards.asking as asking
from dashboards.gate import Gate
from metrics.evaluate import Query, answer_all

CASES, RATED, WAIT = Query("cases_completed", ("month",)), Query("good_rating_rate", ("month",)), Query("queue_wait", ("month",))


@pytest.fixture
def gate(tiny_city):
    return Gate(tiny_city)


@pytest.fixture
def read(monkeypatch):
    """What was read, batch by batch."""
    batches = []

    def counted(cursor, queries, store):
        batches.append(list(queries))
        return answer_all(cursor, queries, store)

    monkeypatch.setattr(asking, "answer_all", counted)
    return batches


def idle(gate):
    """The gate without readers of its own: only who asks reads."""
    gate._readers.shutdown()
    gate._readers.submit = lambda work: None
    return gate


def test_who_needs_an_answer_that_nobody_has_begun_reads_it(gate, read):
    asked = idle(gate).ask([CASES, RATED, WAIT])
    assert read == []
    assert asked.frames[RATED]["value"].len() and RATED not in asked.failures
    assert read == [[RATED]]
    assert list(asked.frames) == list(asked.frames) and len(asked.frames) == 3 and set(map(tuple, read)) == {(RATED,), (CASES,), (WAIT,)}


def test_what_another_page_has_asked_just_now_is_not_read_again(gate, read):
    begun, allowed = threading.Event(), threading.Event()
    one = idle(gate).ask([CASES])
    inner = asking.answer_all

    def slow(*given):
        begun.set()
        assert allowed.wait(10)
        return inner(*given)

    asking.answer_all = slow  # monkeypatch of `read` puts it back
    first = threading.Thread(target=lambda: one.figures[CASES])
    first.start()
    assert begun.wait(10)
    other, found = gate.ask([CASES, WAIT]), []
    second = threading.Thread(target=lambda: found.append(other.figures[CASES]))
    second.start()
    assert not found
    allowed.set()
    first.join(10)
    second.join(10)
    assert found[0] is one.figures[CASES] is gate.ask([CASES]).figures[CASES]
    assert read == [[CASES]] and gate.holding().coming.keys() == {WAIT}


def test_a_connection_that_fails_is_named_for_every_question_and_tried_again(gate):
    held = idle(gate).holding()
    assert held.store

    class Broken:
        def cursor(self):
            raise RuntimeError("the disk is gone")

    whole, held.con = held.con, Broken()
    asked = gate.ask([CASES, WAIT])
    assert dict(asked.frames) == {} and asked.failures.keys() == {CASES, WAIT} and all(map(len, asked.failures.values()))
    held.con = whole
    assert gate.ask([CASES]).frames[CASES].height and not gate.ask([CASES]).failures


def test_questions_of_one_statement_are_one_part_and_derived_ones_come_first():
    alike = Query("cases_completed", ("month",), params=())
    derived, other = Query("standardised_ratio", ("department",)), Query("on_the_spot_completion_rate", ("month",))
    assert asking.in_parts([WAIT, alike, other, derived]) == [[derived], [alike, other], [WAIT]]
