"""Every reckoning passes checkpoints as it goes on, more of them the more there is of it, and can be
broken off at any without a trace.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from app.estimate.checkpoint import ASKED
from app.estimate.fulfilment import fulfilment
from app.estimate.questions import Question
from app.estimate.reconciliation import reconciled
from app.estimate.strength import Strength
from app.estimate.working import set_aside
