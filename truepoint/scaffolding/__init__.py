"""What `truepoint init` writes: a new dbt project, or a first service over a table of events in one that is there."""
