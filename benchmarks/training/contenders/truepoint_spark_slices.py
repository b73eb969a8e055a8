"""truepoint in Spark, with the lines of hot merchants cut into slices of time, so that tasks share them."""

from typing import Final

from benchmarks.training.contender import Contender, Job, Measurement
from benchmarks.training.contenders.truepoint_spark import build

CONTENDER: Final = Contender(
    title="truepoint, Spark, hot keys cut",
    work="computes; exact",
    computes=True,
    environment="truepoint",
    is_exact=True,
    order=21,
    worlds=("least", "hot"),
)
HOT_KEY_ROWS: Final = 50_000


def run(job: Job) -> Measurement:
    """Build both views, twice; see truepoint_spark."""
    return build(job, hot_key_rows=HOT_KEY_ROWS)
