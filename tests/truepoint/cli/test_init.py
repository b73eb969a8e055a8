"""`truepoint init`: what it writes builds and passes its tests; what is there stays; bad input is one sentence."""

from pathlib import Path

import psycopg
import pytest
import yaml

from tests.truepoint.cli.conftest import ROLES, SCHEMA, TABLE, FirstService, project_files, run
from truepoint.compiled.registry import load_registry


@pytest.fixture
def folder(shop_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.setenv("TRUEPOINT_DSN", shop_dsn)
    work = tmp_path / "my-shop"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_an_empty_folder_becomes_a_project_that_builds(first_service: FirstService) -> None:
    assert first_service.begun.exit_code == 0, first_service.begun.output
    assert "wrote    dbt_project.yml\n" in first_service.begun.stdout
    assert yaml.safe_load(first_service.files_before["dbt_project.yml"])["name"] == "my_shop"
    assert first_service.again.exit_code == 0
    assert "wrote" not in first_service.again.stdout
    assert first_service.files_again == first_service.files_before


def test_a_first_service_builds_and_passes_its_tests(first_service: FirstService, shop_dsn: str) -> None:
    assert first_service.added.exit_code == 0, first_service.added.output
    assert first_service.added.stdout.endswith("  truepoint serve\n  truepoint parity --service customer_orders\n")
    assert "PASS truepoint_parity_training_customer_orders_" in first_service.output
    assert "WARN=0" in first_service.output
    with psycopg.connect(shop_dsn) as connection:
        row = connection.execute(
            "select count(*), sum(customer_orders_count_24h), sum(customer_orders_amount_sum_30d),"
            f" count(customer_orders_seconds_since_last) from {SCHEMA}.training_customer_orders"
        ).fetchone()
    assert row is not None
    assert row[0] == 400
    assert min(row[1:]) > 0
    [service] = load_registry(first_service.online_manifest).services.values()
    assert (service.name, len(service.features)) == ("customer_orders", 3)
    assert [parameter.type for parameter in service.parameters if parameter.role == "entity"] == ["bigint"]
    [index] = service.indexes
    assert index.keys == ("customerId", "created_at")


def test_columns_are_declared_as_they_are_and_stay_bare(first_service: FirstService) -> None:
    folder = first_service.project.folder / "models"
    [staging] = yaml.safe_load((folder / "staging" / "stg_orders.yml").read_text())["models"]
    assert {column["name"]: column["data_type"] for column in staging["columns"]} == {
        "order_id": "uuid",
        "customer_id": "bigint",
        "place": "varchar(20)",
        "branch": "smallint",
        "amount": "numeric(12,2)",
        "tip": "numeric(12,2)",
        "channel": "enum",
        "orders_order": "integer",
        "due": "date",
        "created_at": "timestamptz",
        "recorded_at": "timestamptz",
        "imported_at": "timestamptz",
    }
    text = (folder / "staging" / "stg_orders.sql").read_text()
    assert text.count("cast(") == 0
    assert "-- Left out, since no type of a definition holds them: basket." in text
    [spine] = yaml.safe_load((folder / "marts" / "spine_orders.yml").read_text())["models"]
    assert [column["data_type"] for column in spine["columns"]] == ["text", "uuid", "timestamptz", "bigint"]


def test_in_a_project_that_is_there_nothing_is_overwritten(folder: Path, shop_dsn: str) -> None:
    own = {
        "dbt_project.yml": "name: warehouse\nprofile: any\nmodel-paths: [sql]\nanalysis-paths: [ask]\n",
        "packages.yml": "packages:\n  - local: ../mine  # ours\n",
        "sql/shop/stg_orders.sql": "select 1 as one\n",
        "sql/shop/sources.yml": "sources:\n  - {name: raw, schema: Shop, tables: [{name: o, identifier: Orders}]}\n",
        "sql/services/orders_model.yml": "# mine\n",
    }
    for name, text in own.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "sql" / "deep").mkdir()
    result = run("init", *ROLES, "--service", "orders_model")
    assert result.exit_code == 0, result.output
    assert "added    the compiler to packages.yml\n" in result.stdout
    assert "left     sql/services/orders_model.yml, which is there\n" in result.stdout
    files = project_files(folder)
    assert {name: files[name] for name in own if name != "packages.yml"} == {
        name: text for name, text in own.items() if name != "packages.yml"
    }
    assert files["packages.yml"].startswith(own["packages.yml"])
    assert "{{ source('raw', 'o') }}" in files["sql/staging/truepoint_stg_orders.sql"]
    assert "name: truepoint_stg_orders" in files["sql/staging/truepoint_stg_orders.yml"]
    assert "stg_orders" in files["sql/marts/spine_orders.sql"]
    assert files["ask/online/orders_model.sql"] == "{{ truepoint.online_statement('orders_model') }}\n"
    assert not [name for name in files if name.startswith(("models", "analyses", "profiles", "sql/staging/_"))]


def test_a_second_table_stands_beside_the_first(folder: Path) -> None:
    run("init", *ROLES)
    result = run("init", *TABLE, "--entity", "place", "--time", "due", "--known-at", "event-time", "--id", "order")
    assert result.exit_code == 0, result.output
    files = project_files(folder)
    assert "left     models/staging/stg_orders.sql, which is there" in result.stdout
    assert "entities: [orders_place]" in files["models/services/orders_place_orders.yml"]
    assert files["models/marts/spine_orders.sql"].count("cast(order_id as text) as spine_id,") == 1
    assert [name for name in files if "lake" in name] == [
        "analyses/lake/lake_export.sql",
        "analyses/lake/lake_export.yml",
    ]


def test_a_view_that_was_there_is_told_where_a_new_service_lists_what_it_lacks(folder: Path) -> None:
    view = folder / "models" / "features" / "customer_orders_features.yml"
    run("init")
    view.write_text("models: [{name: customer_orders_features, columns: [{name: customer_orders_count_24h}]}]\n")
    result = run("init", *ROLES)
    assert result.exit_code == 0, result.output
    assert (
        "models/features/customer_orders_features.yml was there and lacks customer_orders_amount_sum_30d, "
        in result.stderr
    )
    assert "customer_orders_count_24h" not in result.stderr
    assert "take them out of models/services/customer_orders.yml" in result.stderr
    assert "lacks" not in run("init", *ROLES).stderr, "the service's list is its author's from then on"


def test_a_known_time_that_nobody_recorded_is_said_to_be_the_event_time(folder: Path) -> None:
    result = run("init", *TABLE, "--entity", "customerId", "--time", "imported_at", "--known-at", "event-time")
    assert result.exit_code == 0, result.output
    files = project_files(folder)
    assert "event_time: imported_at, known_at: event_time}" in files["models/staging/stg_orders.yml"]
    assert "no lateness is modelled" in files["models/staging/stg_orders.yml"]
    assert "imported_at at time zone 'UTC' as imported_at" in files["models/staging/stg_orders.sql"]
    assert files["models/marts/spine_orders.sql"].count("settled_time") == 1


TIMES = "due date, created_at timestamp with time zone, recorded_at timestamp with time zone, imported_at "


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            (*TABLE, "--entity", "customer", "--time", "created_at", "--known-at", "recorded_at"),
            "truepoint: --entity is customer, and Shop.Orders has no such column (allowed: order_id, customerId, pl",
        ),
        ((*TABLE, "--time", "created_at"), "truepoint: --entity is not given: the column with the key, such as cust"),
        (
            (*TABLE, "--entity", "customerId"),
            f"truepoint: --time is not given: the column that says when it happened (of Shop.Orders: {TIMES}",
        ),
        (
            (*TABLE, "--entity", "customerId", "--time", "created_at"),
            "truepoint: --known-at is not given: the column that says when the row came to be known in this database, "
            "or event-time if none does",
        ),
        (
            (*TABLE, "--entity", "customerId", "--time", "amount", "--known-at", "event-time"),
            f"truepoint: --time amount of Shop.Orders is numeric(12,2), which is no time (allowed: {TIMES}",
        ),
        (
            (*TABLE, "--entity", "basket", "--time", "created_at", "--known-at", "event-time"),
            "truepoint: --entity basket of Shop.Orders is jsonb, which no key or id can be (allowed: bigint, boolean, ",
        ),
        (
            ("--events", "shop.order"),
            "truepoint: there is no table shop.order in this database. Did you mean Shop.Orders?",
        ),
    ],
    ids=["no-such-column", "no-entity", "no-time", "no-known-at", "not-a-time", "not-a-key", "no-table"],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    result = run("init", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("arguments", [("--entity", "a"), (*ROLES, "--service", "Orders!")])
def test_wrong_options_are_exit_status_2(folder: Path, arguments: tuple[str, ...]) -> None:
    assert run("init", *arguments).exit_code == 2
    assert not list(folder.iterdir())


def test_a_table_that_is_updated_in_place_is_warned_of(folder: Path, shop_dsn: str) -> None:
    with psycopg.connect(shop_dsn) as connection:
        connection.execute("create table updated (id text primary key, k text, at timestamptz, note text)")
        connection.execute("insert into updated values ('1', 'a', now(), 'x')")
        connection.execute("update updated set note = 'y'")
        connection.execute("select pg_stat_force_next_flush()")
    result = run("init", "--events", "public.updated", "--entity", "k", "--time", "at", "--known-at", "event-time")
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(
        "truepoint: warning: rows of public.updated have been changed or deleted (Postgres counts 1)"
    )
    assert "aggregate: count_distinct, of: note" in project_files(folder)["models/features/k_updated_features.yml"]
