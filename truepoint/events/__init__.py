"""Events on their way into the database and out of it: the sample, loaders of history, the lake."""
