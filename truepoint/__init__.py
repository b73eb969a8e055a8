"""truepoint: one feature definition for training tables and live answers, proven equal."""
