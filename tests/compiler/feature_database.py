"""A database in which the compiled models and online statement run over any world, without a dbt build each time.

The SQL does not change with the data. So the project is compiled once; each world is written, asked for by both forms,
and rolled back.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pyarrow as pa
from psycopg.rows import dict_row

from tests.dbt_runner import DbtProject
from tests.oracle.card_fraud import SpineRow, World
from truepoint.arrow.types import ARROW_TYPES
from truepoint.compiled.registry import Service, load_registry
from truepoint.compiled.training_statement import load_training_statement
from truepoint.training_sets.checking import check_spine
from truepoint.training_sets.database import computed_features, send_spine
from truepoint.training_sets.spine import Spine

SPINE: Final = "spine_transactions"
# A source of somebody else's may hold nulls where ours does not.
NULLABLE: Final = {
    "transactions": ("account_id", "merchant_id", "is_declined", "base_amount_minor", "occurred_at", "known_at"),
    "chargebacks": ("merchant_id", "occurred_at", "known_at"),
    "accounts": ("account_id", "occurred_at", "known_at"),
}
INSERT_TRANSACTION: Final = """
insert into payments.transactions (
    transaction_id, account_id, merchant_id, device_id, is_declined, base_amount_minor, country, occurred_at, known_at,
    kind, is_overdraft, amount_minor, currency
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'purchase', false, 0, 'EUR')
"""
INSERT_CHARGEBACK: Final = """
insert into payments.chargebacks (
    chargeback_id, merchant_id, occurred_at, known_at, transaction_id, account_id, reason, base_amount_minor
) values (%s, %s, %s, %s, 'any', 'any', 'fraud', 0)
"""
INSERT_ACCOUNT: Final = """
insert into payments.accounts (
    account_version_id, account_id, home_country, occurred_at, known_at, customer_id, currency, opened_at
) values (%s, %s, %s, %s, %s, 'any', 'EUR', '2020-01-01Z')
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """One compiled dbt model: a select, and the relation that dbt would build of it."""

    name: str
    relation: str
    select: str
    is_view: bool
    inputs: tuple[str, ...]


def load_models(manifest_path: Path) -> list[Model]:
    """The compiled models of a dbt manifest, each after those that it reads."""
    nodes = json.loads(manifest_path.read_bytes())["nodes"]
    waiting = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    ordered: list[Model] = []
    while waiting:
        ready = [key for key, node in waiting.items() if not waiting.keys() & set(node["depends_on"]["nodes"])]
        assert ready, f"models in a circle: {sorted(waiting)}"
        for key in sorted(ready):
            node = waiting.pop(key)
            ordered.append(
                Model(
                    name=node["name"],
                    relation=node["relation_name"],
                    select=node["compiled_code"],
                    is_view=node["config"]["materialized"] == "view",
                    inputs=tuple(nodes[read]["name"] for read in node["depends_on"]["nodes"] if read in nodes),
                )
            )
    return ordered


def needed_by(models: Sequence[Model], name: str) -> list[Model]:
    """The model of that name and all that it reads, near or far, in the order of `models`."""
    by_name = {model.name: model for model in models}
    needed, waiting = set[str](), [name]
    while waiting:
        reached = waiting.pop()
        if reached not in needed:
            needed.add(reached)
            waiting += by_name[reached].inputs
    return [model for model in models if model.name in needed]


@dataclass(frozen=True)
class Answers:
    """What both forms say of a world. training: spine_id -> features; online: one row per spine row, in their order."""

    training: Mapping[str, Row]
    online: Sequence[Row]


class FeatureDatabase:
    """One connection to a database with the payments schema; nothing that it writes is committed after `install`."""

    def __init__(self, connection: "psycopg.Connection[Any]", manifest_path: Path) -> None:
        self._connection = connection
        self._manifest_path = manifest_path
        self._models = load_models(manifest_path)
        self.services: Mapping[str, Service] = load_registry(manifest_path).services

    @property
    def compiled_sql(self) -> Path:
        """The folder in which dbt left the compiled models and analyses."""
        return self._manifest_path.parent / "compiled"

    def install(self) -> None:
        """Create the models' relations, empty."""
        for table, columns in NULLABLE.items():
            for column in columns:
                self._connection.execute(f"alter table payments.{table} alter column {column} drop not null")
        for schema in {model.relation.rsplit(".", 1)[0].rsplit(".", 1)[-1] for model in self._models}:
            self._connection.execute(f"create schema if not exists {schema}")
        for model in self._models:
            if model.is_view:
                self._connection.execute(f"create view {model.relation} as {model.select}")
            else:
                self._connection.execute(f"create table {model.relation} as {model.select} with no data")
        self._connection.execute("set plan_cache_mode = force_generic_plan")
        self._connection.commit()

    @contextmanager
    def holding(self, world: World, *, time_zone: str = "UTC") -> Iterator[None]:
        """Within, the database holds `world` (its training tables are not built yet) and works in `time_zone`."""
        try:
            self._connection.execute("select set_config('TimeZone', %s, true)", (time_zone,))
            self._connection.execute("set local truepoint.load_history = 'on'")
            with self._connection.cursor() as cursor:
                for statement, rows in (
                    (INSERT_TRANSACTION, world.transactions),
                    (INSERT_CHARGEBACK, world.chargebacks),
                    (INSERT_ACCOUNT, world.account_versions),
                    (self._insert_spine, world.spine),
                ):
                    if rows:
                        cursor.executemany(statement, [tuple(vars(row).values()) for row in rows])
            yield
        finally:
            self._connection.rollback()

    def answers(self, world: World, *, service: str = "card_fraud", time_zone: str = "UTC") -> Answers:
        """Build the training tables over `world` and ask the online statement for each of its spine rows."""
        with self.holding(world, time_zone=time_zone):
            return Answers(training=self.training(service=service), online=self.online(world, service=service))

    def training(self, *, service: str = "card_fraud") -> dict[str, Row]:
        """Build the service's training table and all it rests on; per spine row the columns of them all, by name."""
        needed = needed_by(self._models, f"training_{service}")
        tables = [model for model in needed if not model.is_view and model.name != SPINE]
        for model in tables:
            self._connection.execute(f"insert into {model.relation} {model.select}")
        rows: dict[str, Row] = {}
        for model in tables:
            built = self._connection.cursor(row_factory=dict_row).execute(f"select * from {model.relation}").fetchall()
            ids = [row["spine_id"] for row in built]
            assert len(ids) == len(set(ids)), f"{model.name} has a spine row more than once: {sorted(ids)}"
            for row in built:
                rows.setdefault(row["spine_id"], {}).update(row)
        return rows

    def online(self, world: World, *, service: str = "card_fraud") -> list[Row]:
        """The answers of the online statement, as the server would ask it for all spine rows at once."""
        compiled = self.services[service]
        arrays = [[getattr(row, parameter.name) for row in world.spine] for parameter in compiled.parameters]
        cursor = psycopg.RawCursor(self._connection, row_factory=dict_row)
        rows: list[Row] = cursor.execute(compiled.statement, arrays).fetchall()
        assert [row["ord"] for row in rows] == list(range(1, len(world.spine) + 1))
        return rows

    def over_spine(self, rows: Sequence[SpineRow], *, service: str = "card_fraud") -> list[Row]:
        """What `truepoint training-set` computes for any rows, in their order. Only within `holding`."""
        statement = load_training_statement(self._manifest_path, service)
        given = statement.given_columns
        types = pa.schema([(column.name, ARROW_TYPES[column.type]) for column in given])
        table = pa.Table.from_pylist([{name: getattr(row, name) for name in types.names} for row in rows], schema=types)
        spine = Spine(name="rows", schema=types, rows=len(rows), read=lambda: iter(table.to_batches()))
        assert send_spine(self._connection, statement, check_spine(spine, statement).sent()) == len(rows)
        with computed_features(self._connection, statement) as take:
            answers: list[Row] = take(len(rows)).to_pylist()
        return answers

    @property
    def _insert_spine(self) -> str:
        (spine,) = (model for model in self._models if model.name == SPINE)
        columns = "spine_id, event_id, as_of, account_id, merchant_id, device_id, amount_minor, country"
        return f"insert into {spine.relation} ({columns}) values (%s, %s, %s, %s, %s, %s, %s, %s)"


@contextmanager
def compiled_over(dsn: str, dbt_project: Path, target_path: Path) -> Iterator[FeatureDatabase]:
    """Compile a dbt project, and create its relations in an empty database with the payments schema."""
    project = DbtProject(folder=dbt_project, dsn=dsn, target_path=target_path)
    project.run("compile", "--select", "resource_type:model", "path:analyses")
    with psycopg.connect(dsn) as connection:
        database = FeatureDatabase(connection, target_path / "manifest.json")
        database.install()
        yield database
