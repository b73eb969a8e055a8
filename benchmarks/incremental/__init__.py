"""What a day costs: the increment of the last day against a build of all rows.

    python -m benchmarks.incremental [ROWS]

In a database of its own on the server of TRUEPOINT_DSN, or on the embedded one; it is dropped at the end.
"""
