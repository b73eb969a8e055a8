"""How many examples a property test tries: TRUEPOINT_HYPOTHESIS_PROFILE is `quick` (the default) or `thorough`."""

import os
from typing import Final

from hypothesis import HealthCheck, settings

PROFILES: Final = {"quick": 1, "thorough": 40}
FACTOR: Final = PROFILES[os.environ.get("TRUEPOINT_HYPOTHESIS_PROFILE", "quick")]


def examples(count: int) -> settings:
    """Settings for a property test over a database: `count` examples when quick, 40 times as many when thorough.

    On CI the examples are the same each time, so that a build does not fail by chance; elsewhere they are new ones.
    """
    return settings(
        max_examples=count * FACTOR,
        deadline=None,
        derandomize=bool(os.environ.get("CI")) and FACTOR == 1,
        # The database is shared by all examples on purpose; each example rolls back what it wrote.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
