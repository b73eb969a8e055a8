"""Arrow, as every other room uses it: types, values, CSV files, rows to and from Postgres by COPY."""
