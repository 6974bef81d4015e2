"""Made-up lives of an account, each against the truth.

The lives are the same for the same code, and others for another. SIMULATION=1000 in the environment makes a
thousand, at random.
"""

import os
import secrets
import sys
import zlib

import pytest
from builders import ROOT
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from simulation.lives import Lives

AT_RANDOM = int(os.environ.get("SIMULATION", "0"))
PARTS = 4  # To be run side by side.
LIVES = (AT_RANDOM or 60) // PARTS


def drawn_by_the_code():
    """A number that any change of what is simulated changes."""
    files = [
        path for name in ("activity", "awakened", "ingest", "reporter") for path in (ROOT / name).rglob("*.py")
    ]
    return zlib.crc32(b"".join(path.read_bytes() for path in sorted(files)))


@pytest.fixture(autouse=True)
def in_order(monkeypatch):
    """Nothing is slept, and threads take turns only when one waits: a life is the same each time."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_life_of_an_account_is_told_wrongly(part):
    number = secrets.randbits(32) if AT_RANDOM else drawn_by_the_code() + part

    run_state_machine_as_test(
        seed(number)(type("Lives", (Lives,), {})),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
