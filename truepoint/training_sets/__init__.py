"""Training sets over any spine: a service's features for the rows of a file, a table or a frame.

statement.py reads what dbt compiled; spines.py opens what is given, checking.py checks it; database.py has Postgres
compute, spark.py a Spark of its own process (spark_job.py), and computing.py says what both give; building.py puts the
features beside the rows; output.py writes files.
"""

from truepoint.compiled.training_statement import TrainingStatement, load_training_statement
from truepoint.training_sets.building import OnProgress, training_set, write_training_set

__all__ = ["OnProgress", "TrainingStatement", "load_training_statement", "training_set", "write_training_set"]
