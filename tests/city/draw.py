"""Randomness of a test run: new for each run, and the same in all its workers, which must collect the same tests."""

from __future__ import annotations

import os
import random


def draw() -> random.Random:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return random.Random(run) if run else random.SystemRandom()
