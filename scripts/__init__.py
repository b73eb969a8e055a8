"""What the Makefile calls, and what writes pages of docs/."""
