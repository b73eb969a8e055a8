"""Training sets over any spine: a service's features for the rows of a file, a table or a frame.

spines.py opens what is given (spine_files.py, spine_tables.py), checking.py checks it, empty_texts.py and
unknown_keys.py find what is probably not meant; database.py has Postgres compute, spark.py a Spark of its own process
(spark_job.py), and computing.py says what both give; building.py puts the features beside the rows; output.py writes
files.
"""

from truepoint.compiled.training_statement import TrainingStatement, load_training_statement
from truepoint.training_sets.building import OnProgress, OnWarning, SpineWarning, training_set, write_training_set

__all__ = [
    "OnProgress",
    "OnWarning",
    "SpineWarning",
    "TrainingStatement",
    "load_training_statement",
    "training_set",
    "write_training_set",
]
