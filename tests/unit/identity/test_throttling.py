"""A2: how often something may be tried."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.throttling import PASSWORD_ATTEMPTS, Attempts, Backoff, Window
from tests.support.clock import START

RULE = Backoff(3, timedelta(seconds=1), timedelta(seconds=60), timedelta(hours=1))


def after(attempts: int, rule: Backoff = RULE) -> Attempts:
    state = Attempts()
    for _ in range(attempts):
        state = rule.attempted(state, START)
    return state


def test_first_attempts_are_free():
    assert [RULE.wait(after(n), START) for n in range(3)] == [None, None, None]


def test_delay_doubles_up_to_its_bound():
    delays = [RULE.wait(after(n), START) for n in range(3, 12)]

    assert delays == [timedelta(seconds=s) for s in (1, 2, 4, 8, 16, 32, 60, 60, 60)]


def test_attempt_may_be_made_once_the_delay_is_over():
    state = after(3)

    assert RULE.wait(state, START + timedelta(seconds=1)) is None


def test_attempts_are_forgotten_after_quiet():
    state = after(9)

    assert RULE.attempted(state, START + timedelta(minutes=59)).count == 10
    assert RULE.attempted(state, START + timedelta(hours=1)).count == 1


def test_each_attempt_is_a_new_revision():
    assert [after(n).revision for n in range(4)] == [0, 1, 2, 3]


@given(st.lists(st.integers(min_value=1, max_value=3600), max_size=300))
def test_no_pace_gets_more_than_a_hundred_guesses_in_a_day_and_no_lock_lasts_over_an_hour(pauses: list[int]):
    state, now, guesses = Attempts(), START, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        if now >= START + timedelta(days=1):
            break
        wait = PASSWORD_ATTEMPTS.wait(state, now)
        if wait is None:
            state, guesses = PASSWORD_ATTEMPTS.attempted(state, now), guesses + 1
        else:
            assert wait <= timedelta(hours=1)

    assert guesses <= 100


def test_fastest_guesser_gets_16_guesses_in_an_hour_and_39_in_a_day():
    assert _greedy(timedelta(hours=1)) == 16
    assert _greedy(timedelta(days=1)) == 39


def _greedy(span: timedelta) -> int:
    """How many guesses one gets by guessing as soon as it is allowed."""
    state, now, guesses = Attempts(), START, 0
    while now < START + span:
        state, guesses = PASSWORD_ATTEMPTS.attempted(state, now), guesses + 1
        now += PASSWORD_ATTEMPTS.wait(state, now) or timedelta(0)
    return guesses


@pytest.mark.parametrize(("second", "start"), [(0, 0), (59, 0), (60, 60), (119, 60)])
def test_window_begins_at_a_multiple_of_its_length(second: int, start: int):
    window = Window(5, timedelta(minutes=1))

    assert window.start(START + timedelta(seconds=second)) == int(START.timestamp()) + start


def test_window_remains_until_its_end():
    window = Window(5, timedelta(minutes=1))

    assert window.remaining(START + timedelta(seconds=45)) == timedelta(seconds=15)
