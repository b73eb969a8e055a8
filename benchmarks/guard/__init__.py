"""What the guard of an event table costs each row.

    python -m benchmarks.guard [ROWS]

In a database of its own on the server of TRUEPOINT_DSN, or on the embedded one; it is dropped at the end.
"""
