"""What dbt compiled, read from its manifest: services, statements and their signatures."""
