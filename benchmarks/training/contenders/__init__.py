"""One module per contender, with CONTENDER and `run(job)`. Adding one is adding a file.

A module imports the packages that only its own environment has within its functions: the command reads CONTENDER with
truepoint's packages alone.
"""
