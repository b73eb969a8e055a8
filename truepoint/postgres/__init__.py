"""The database: the embedded server, connections, the schema of the payments tables, the doctor."""
