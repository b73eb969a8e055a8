"""Training tables of twelve windowed features, built by truepoint and by others, timed and compared in one run."""
