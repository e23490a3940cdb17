"""The seed of a run's random worlds."""

import os
import random

SEED = int(os.environ.setdefault("FURONG_SEED", str(random.randrange(10**9))))
"""In the environment, so that every process of the run has the same; pytest prints it."""
