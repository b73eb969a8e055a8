import psycopg


def test_database_dsn_has_the_payments_schema(database_dsn: str) -> None:
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute("select count(*) from payments.transactions").fetchone() == (0,)
