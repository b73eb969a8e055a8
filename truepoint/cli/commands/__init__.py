"""The commands of `truepoint`, one subject a file."""
