"""`python -m tests.shop [ORDERS]`: the second project as a whole, at the size of a proof.

Makes the shop with 100,000 orders unless told otherwise, builds it, starts the server, and compares every row of the
training table with what the server answers over HTTP. In a database of its own, on a throw-away Postgres.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import with_database
from tests.feature_server.processes import server_process
from tests.shop.conftest import build_shop
from truepoint.compiled.registry import load_registry
from truepoint.postgres.connecting import connect
from truepoint.postgres.doctor import apply_missing, examine
from truepoint.postgres.embedded import EmbeddedPostgres

DATABASE = "corner_shop"
SERVICE = "returns_risk"


def main(orders: int) -> int:
    """Build and compare; returns the exit status of `truepoint parity`."""
    with tempfile.TemporaryDirectory(prefix="truepoint-shop-") as given:
        folder = Path(given)
        server = EmbeddedPostgres(folder / "postgres")
        try:
            server.start()
            with connect(server.dsn("postgres"), autocommit=True) as connection:
                connection.execute(f"create database {DATABASE} template template0 encoding 'UTF8'".encode())
            shop = build_shop(with_database(server.dsn("postgres"), DATABASE), folder, orders=orders)
            print(shop.output.splitlines()[-1])
            registry = load_registry(shop.manifest)
            examination = asyncio.run(examine(shop.dsn, registry))
            failed = asyncio.run(apply_missing(shop.dsn, examination, on_statement=print))
            if failed:
                print(f"indexes that the doctor advised and could not make: {failed}", file=sys.stderr)
                return 1
            environment = {
                **os.environ,
                "TRUEPOINT_DSN": shop.dsn,
                "TRUEPOINT_DBT_PROJECT_DIR": str(shop.settings.dbt_project_dir),
            }
            manifest = {"TRUEPOINT_SERVER_MANIFEST_PATH": str(shop.manifest)}
            with server_process(folder, TRUEPOINT_DSN=shop.dsn, **manifest) as serving:
                parity = [sys.executable, "-W", "ignore", "-m", "truepoint", "parity", "--service", SERVICE]
                parity += ["--rows", str(orders), "--url", serving.url]
                return subprocess.run(parity, env=environment, check=False).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
