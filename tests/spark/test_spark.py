"""The same models in Spark: the training table equals Postgres' in every bit, whatever the session's time zone."""

import json
import os
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final
from unittest import mock

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

import truepoint
from tests.compiler.agreement import is_same
from tests.compiler.expression_cases import CASES, TIME_CASES, Case, select, spark_literal
from tests.compiler.feature_database import INSERT_ACCOUNT, INSERT_CHARGEBACK, INSERT_TRANSACTION
from tests.conftest import NewDatabase
from tests.dbt_runner import DbtProject, DbtResult
from tests.macro_call import Macros
from tests.projects import copy_project
from tests.spark.lake import export_once, write_lake
from tests.spark.running import SPARK_VARIABLES, run_session
from tests.spark.training import copy_compiled_project, make_spine, write_job
from truepoint.events.sample.load import load_sample
from truepoint.events.sample.options import SampleOptions
from truepoint.settings import Settings

# The clocks of New York went back on 3 November 2024, those of Europe a week before.
SAMPLE: Final = SampleOptions(
    rows=2_500, seed=5, days=40, end=datetime(2024, 11, 20, tzinfo=UTC), customers=20, accounts=25, merchants=15
)
CLOCK_CHANGE: Final = datetime(2024, 11, 3, 6, tzinfo=UTC)
# Python holds a time in the hour that clocks repeat for unequal to the same instant in another zone.
UTC_SESSION: Final = "-c timezone=UTC"
# Some labels have settled by then, and some have not.
SETTLED_AT: Final = datetime(2025, 1, 5, tzinfo=UTC)
LABEL_DELAY: Final = timedelta(days=60)
ZONES: Final = {"features_utc": "UTC", "features_new_york": "America/New_York"}
# The last schema is built in three runs, each over the lake as it was by then.
EARLIER: Final = {"first": datetime(2024, 10, 31, tzinfo=UTC), "second": datetime(2024, 11, 14, tzinfo=UTC)}
HOT_KEY_ROWS: Final = {"account_device_features": 20, "merchant_chargeback_features": 20, "merchant_features": 200}
SERVED: Final = "+training_card_fraud"
NEW_YORK: Final = {"TRUEPOINT_SPARK_TIME_ZONE": "America/New_York"}

# Macros as expressions over rows with the column `many`, 1 and 2: those that hold, and those that must raise.
HOLDING: Final = (
    "t._fitted('9223372036854775807BD', 'bigint') ~ ' = 9223372036854775807'",
    "t._fitted('-9223372036854775808BD', 'bigint') ~ ' = -9223372036854775808BD'",
    "t._fitted('9223372036854775808BD', 'bigint') ~ ' is null'",
    "t._fitted('cast(null as decimal(38, 0))', 'bigint') ~ ' is null'",
    "t._exact_difference([t._exact_sum_over('many', '()', t._type_exact()), t.to_exact('1')], t._type_exact())"
    " ~ ' = 2'",
    "t._exact_sum_over('case when many > 2 then many end', '()', t._type_exact()) ~ ' = 0'",
    "t.exact_to_double(t.to_exact('2') ~ ' * ' ~ t.to_exact('2')) ~ ' = 4'",
    "t._text_literal(\"'it''s \\\\ here'\") ~ \" = concat('it', char(39), 's ', char(92), ' here')\"",
    "t.is_distinct('1', 'null') ~ ' and ' ~ t.is_distinct('null', '1')"
    " ~ ' and not (' ~ t.is_distinct('null', 'null') ~ ')'",
    "t.seconds_between(\"timestamp '2024-11-03 05:30:00Z'\", \"timestamp '2024-11-03 06:30:00.000001Z'\")"
    " ~ ' = 3600.000001D'",
    "t.time_plus(\"timestamp '2024-11-02 12:00:00Z'\", 86400) ~ \" = timestamp '2024-11-03 12:00:00Z'\"",
    "t._checked_node('many', '0', 3) ~ ' = 0'",
    "t.time_minus(\"timestamp '2024-11-03 12:00:00Z'\", 86400) ~ \" = timestamp '2024-11-02 12:00:00Z'\"",
)
RAISING: Final = (
    "t._checked_node('many', '0', 2)",
    "t._checked_cast('1.5BD', 'numeric')",
    "t._checked_cast('1.125BD', 'numeric(38,2)')",
    "t._checked_cast('1234567890123456789012345678901234567BD', 'numeric(38,2)')",
    "t._exact_square('10000000000000000000BD', {'precision': 38, 'scale': 2})",
    "t._exact_sum('case when many > 0 then 60000000000000000000000000000000000000BD end', t._type_exact())",
    "t._exact_difference([t._exact_sum_over('60000000000000000000000000000000000000BD', '()', t._type_exact())],"
    " t._type_exact())",
    "t._exact_difference(['-60000000000000000000000000000000000000BD', '60000000000000000000000000000000000000BD'],"
    " t._type_exact())",
    "t.exact_to_double(t.to_exact('99999999999999999999BD') ~ ' * ' ~ t.to_exact('99999999999999999999BD'))",
)
# Decimals, with the digits of their column: each as whole units and back, and as the double next to it.
DECIMALS: Final = (
    ("29.50", 12, 2),
    ("-9999999999.99", 12, 2),
    ("0.01", 12, 2),
    ("7", 38, 0),
    ("-" + 38 * "9", 38, 0),
    ("-123456789012345678.123456789012345678", 36, 18),
    ("123456789012345678901234567890.12345678", 38, 8),
    ("-" + 35 * "9" + ".123", 38, 3),
    ("0." + 38 * "9", 38, 38),
    ("-0." + 37 * "0" + "1", 38, 38),
    ("0." + 30 * "0", 38, 30),
    ("0.3", 38, 18),
)


def decimal_checks() -> list[str]:
    """Expressions that hold: what becomes of each decimal, against Python's exact numbers."""
    checks = []
    for text, precision, scale in DECIMALS:
        number = f"cast('{text}' as decimal({precision}, {scale}))"
        digits = f"{{'precision': {precision}, 'scale': {scale}}}"
        units = int(Fraction(text) * 10**scale)
        checks += [
            f't._in_units("{number}", {digits}) ~ " = {units}BD"',
            f't._from_units("{units}BD", {digits}) ~ " = {number}"',
            f't._units_to_double("{units}BD", {digits}) ~ " = {float(Fraction(text))!r}D"',
            f't._units_to_double("{units}BD", {digits}, 2) ~ " = {float(Fraction(units, 10 ** (2 * scale)))!r}D"',
        ]
    return checks


@dataclass(frozen=True)
class Built:
    """The training table (spine_id -> row) of Postgres, and of Spark by schema; how each command ended; the lake.

    training: a training set over any spine, by target. jobs: folder of those that ran in the open session.
    """

    postgres: Mapping[str, Mapping[str, Any]]
    spark: Mapping[str, Mapping[str, Mapping[str, Any]]]
    results: Mapping[str, DbtResult]
    training: Mapping[str, Any]
    folder: Path

    @property
    def lake(self) -> Path:
        """The lake, as its last whole export left it."""
        return self.folder / "lake"

    @property
    def jobs(self) -> Path:
        """Folders of the jobs."""
        return self.folder / "jobs"


@pytest.fixture(scope="module")
def built(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """All of it by one Spark session, since starting one takes longer than all that it then does."""
    folder = tmp_path_factory.mktemp("spark")
    with new_database() as dsn:
        load_sample(dsn, SAMPLE)
        with psycopg.connect(dsn, row_factory=dict_row, options=UTC_SESSION) as connection:
            add_dense_world(connection)
            project = DbtProject(folder=cut_hot_keys(folder / "cut"), dsn=dsn, target_path=folder / "postgres")
            manifest = project.compile_online()
            write_lake(dsn, manifest, folder / "lake", first=CLOCK_CHANGE, settled_at=SETTLED_AT)
            settings = Settings(
                dsn=SecretStr(dsn),
                dbt_project_dir=copy_compiled_project(project.folder, manifest, folder / "dbt_project"),
                lake=str(folder / "lake"),
            )
            for earlier, settled_at in EARLIER.items():
                export_once(dsn, manifest, folder / earlier, settled_at=settled_at)
            shutil.copytree(folder / "lake", folder / "changed")
            connection.execute("insert into truepoint.epochs (cause) values ('a test')")
            connection.commit()
            export_once(dsn, manifest, folder / "changed", settled_at=SETTLED_AT)
            # Postgres takes what has settled by its clock, Spark what had when the lake was exported.
            connection.execute("set local truepoint.load_history = 'on'")
            connection.execute("delete from payments.transactions where known_at > %s", [SETTLED_AT])
            connection.commit()
            project.run("run", "--select", SERVED)
            postgres = connection.execute("select * from truepoint_features.training_card_fraud").fetchall()
        for row in postgres:
            if row["as_of"] + LABEL_DELAY > SETTLED_AT:
                row["is_fraud"] = None
        spine = make_spine({row["spine_id"]: row for row in postgres}, settled_at=SETTLED_AT)
        results = run_in_spark(folder, write_jobs(folder, spine, settings))
        with mock.patch.dict(os.environ, SPARK_VARIABLES | NEW_YORK):
            training = {
                target: truepoint.training_set(spine, service="card_fraud", target=target, settings=settings)
                for target in ("postgres", "spark")
            }
        yield Built(
            postgres={row["spine_id"]: row for row in postgres},
            spark={schema: read_training(folder, schema) for schema in ZONES},
            results=results,
            training=training,
            folder=folder,
        )


def cut_hot_keys(folder: Path) -> Path:
    """A copy of the project in which the views of sums cut the lines of their busiest keys. Returns its folder."""
    copy_project(folder)
    for view, hot_key_rows in HOT_KEY_ROWS.items():
        path = folder / "models" / "features" / f"{view}.yml"
        text = path.read_text(encoding="utf-8")
        cut = re.sub(r"(feature_view: {entity: .*\])}", rf"\1, hot_key_rows: {hot_key_rows}}}", text)
        assert cut != text
        path.write_text(cut, encoding="utf-8")
    return folder


def add_dense_world(connection: "psycopg.Connection[Any]") -> None:
    """Events on the bounds of windows or a microsecond beside them; late, early, tied, with null attributes."""
    choose = random.Random(11)
    spans = [timedelta(0), *(timedelta(minutes=m) for m in (5, 60)), *(timedelta(days=d) for d in (1, 7, 30, 60, 90))]
    lags = [timedelta(0), timedelta(microseconds=1), timedelta(seconds=-3), *spans]
    connection.execute("set local truepoint.load_history = 'on'")
    with connection.cursor() as cursor:
        for number in range(400):
            occurred_at = CLOCK_CHANGE - choose.choice(spans) - choose.choice(spans[:3])
            occurred_at += timedelta(microseconds=choose.choice((-1, 0, 0, 1)))
            account_id, merchant_id = choose.choice("AB"), choose.choice(("Ä", "M", "m"))
            amount_minor = choose.choice((0, 100, 100, 250, -7, 10**13 + number, 333_333_333_331 * number))
            known_at = occurred_at + choose.choice(lags)
            cursor.execute(
                INSERT_TRANSACTION,
                [f"dense-{number}", account_id, merchant_id, choose.choice(("d", "D", None)), choose.random() < 0.3,
                 amount_minor, choose.choice(("EE", "FI", None)), occurred_at, known_at],
            )  # fmt: skip
            if number % 5 == 0:
                cursor.execute(INSERT_CHARGEBACK, [f"dense-{number}", merchant_id, occurred_at, known_at])
            if number % 20 == 0:
                country = choose.choice(("EE", "FI", None))
                cursor.execute(INSERT_ACCOUNT, [f"dense-{number}", account_id, country, occurred_at, known_at])
    connection.commit()


def write_jobs(folder: Path, spine: Any, settings: Settings) -> dict[str, Path]:
    """A row just settled and one just not; definitions that were changed; merchants that no event has."""
    (folder / "jobs").mkdir()
    late = [None] * 4 + [SETTLED_AT + timedelta(microseconds=1), SETTLED_AT, SETTLED_AT + timedelta(days=1)]
    times = [time or as_of for time, as_of in zip(late, spine.column("as_of").to_pylist(), strict=False)]
    as_of = spine.schema.get_field_index("as_of")
    unsettled = spine.slice(0, 7).set_column(
        as_of, spine.schema.field("as_of"), pa.array(times, spine.schema.field("as_of").type)
    )
    merchant_id = spine.schema.get_field_index("merchant_id")
    unknown = spine.slice(0, 2).set_column(merchant_id, "merchant_id", pa.array([None, "other"], pa.string()))
    return {
        "unknown": write_job(folder / "jobs" / "unknown", unknown, settings),
        "unsettled": write_job(folder / "jobs" / "unsettled", unsettled, settings),
        "changed": write_job(folder / "jobs" / "changed", spine.slice(0, 1), settings, definitions="others"),
    }


def run_in_spark(folder: Path, jobs: Mapping[str, Path]) -> dict[str, DbtResult]:
    """Build in each zone, at once or in several runs; run the data tests in the first; try the expressions in the last.

    Hot keys are cut in the table of several runs. Do the jobs. At the end history has changed: the lake says so.
    """
    commands: list[dict[str, Any]] = []
    names: list[str] = []

    def add(name: str, *arguments: str, **command: Any) -> None:
        names.append(name)
        commands.append({"arguments": arguments, "variables": {}, **command})

    for schema, zone in ZONES.items():
        variables = {"TRUEPOINT_SCHEMA": schema, "TRUEPOINT_SPARK_TIME_ZONE": zone}
        export = [f"{schema}.training_card_fraud", str(folder / schema)]
        if zone == "UTC":
            add(schema, "build", variables=variables, export=export)
            continue
        for name in EARLIER:
            variables_then = {**variables, "TRUEPOINT_LAKE": str(folder / name)}
            add(name, "run", "--select", SERVED, variables=variables_then, project=str(folder / "cut"))
        add(schema, "run", "--select", SERVED, variables=variables, export=export, project=str(folder / "cut"))
    changed = {"TRUEPOINT_SCHEMA": "features_utc", "TRUEPOINT_LAKE": str(folder / "changed")}
    add("history_changed", "run", "--select", "+account_profile", variables=changed)
    for columns in (HOLDING, tuple(decimal_checks()), *((expression,) for expression in RAISING)):
        selected = ", ".join(f"{{{{ {expression} }}}} as value_{number}" for number, expression in enumerate(columns))
        inline = f"{{% set t = truepoint %}}select {selected} from (values (1), (2)) as numbers (many)"
        add(
            {HOLDING: "holding", tuple(decimal_checks()): "decimals"}.get(columns, columns[0]),
            *("show", "--output", "json", "--inline", inline),
            variables=NEW_YORK,
        )
    for name, cases in {"cases": CASES, "times": TIME_CASES}.items():
        names.append(name)
        commands.append({"query": select(Macros("spark"), cases, spark_literal)})
    for name, job in jobs.items():
        names.append(name)
        commands.append({"job": str(job), "project": str(folder / "cut"), "variables": {}})
    results = run_session(commands, folder)
    return dict(zip(names, results, strict=True))


def read_training(folder: Path, schema: str) -> dict[str, Mapping[str, Any]]:
    """Spark's training table; spine_id -> row, which must be unique."""
    rows = pq.read_table(folder / schema).to_pylist()
    by_id = {row["spine_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def written(folder: Path, table: str) -> int:
    """How many jobs wrote the files that a table consists of: Spark puts a job's id into the names of its files."""
    files = (folder / "spark" / "tables" / table).glob("*.parquet")
    return len({file.name.rsplit("-c", 1)[0].split("-", 2)[2] for file in files})


@pytest.mark.parametrize("schema", ZONES)
def test_training_table_equals_that_of_postgres_in_every_bit(built: Built, schema: str) -> None:
    assert built.results[schema].is_success, built.results[schema].output
    spark = built.spark[schema]
    assert spark.keys() == built.postgres.keys()
    problems = [
        f"{spine_id} {column}: Spark {spark[spine_id].get(column, 'absent')!r}, Postgres {value!r}"
        for spine_id, row in built.postgres.items()
        for column, value in row.items()
        if not column.startswith("table_")
        if column not in spark[spine_id] or not is_same(spark[spine_id][column], value)
    ]
    assert not problems, f"{len(problems)} values differ:\n" + "\n".join(problems[:20])


def test_later_runs_add_rows_and_rewrite_none(built: Built) -> None:
    for name in EARLIER:
        assert built.results[name].is_success, built.results[name].output
    tables = ("spine_transactions", "account_features", "account_profile", "merchant_features", "transaction_features")
    for table in tables:
        assert written(built.folder, f"features_new_york.db/{table}") == 1 + len(EARLIER)


def test_changed_history_is_built_anew(built: Built) -> None:
    assert built.results["history_changed"].is_success, built.results["history_changed"].output
    for table, epoch in (("spine_transactions", 2), ("account_profile", 2), ("account_features", 1)):
        rows = pq.read_table(built.folder / "spark" / "tables" / "features_utc.db" / table, columns=["table_epoch"])
        assert set(rows["table_epoch"].to_pylist()) == {epoch}
        assert len(rows) == len(built.postgres)


def test_the_compared_values_are_of_all_kinds(built: Built) -> None:
    assert len(built.postgres) > 2_500
    for column in next(iter(built.spark["features_utc"].values())):
        values = {row[column] for row in built.postgres.values()}
        assert len(values - {None}) > 1, f"{column} is {values}"


def test_training_sets_of_any_spine_are_identical_in_another_time_zone_too(built: Built) -> None:
    postgres, spark = built.training["postgres"], built.training["spark"]
    assert spark.schema.equals(postgres.schema, check_metadata=True)
    for name in postgres.column_names:
        pairs = zip(spark.column(name).to_pylist(), postgres.column(name).to_pylist(), strict=True)
        assert not [(row, pair) for row, pair in enumerate(pairs) if not is_same(*pair)], name
    assert spark.equals(postgres)


def test_a_training_set_of_unsettled_rows_is_refused(built: Built) -> None:
    outcome = json.loads(built.results["unsettled"].output)
    settled_us = round((SETTLED_AT - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
    assert outcome == {
        "kind": "unsettled", "row": 5, "count": 2, "as_of_us": settled_us + 1, "settled_us": settled_us
    }  # fmt: skip
    assert not (built.jobs / "unsettled" / "result").exists()


def test_a_training_set_of_unknown_keys_is_computed_and_told_of(built: Built) -> None:
    outcome = json.loads(built.results["unknown"].output)
    (unknown,) = outcome["unknown_keys"]
    assert (outcome["kind"], unknown["column"], unknown["given"]) == ("done", "merchant_id", "other")
    assert unknown["known"] in {row["merchant_id"] for row in built.postgres.values()}
    assert (built.jobs / "unknown" / "result").exists()


def test_a_training_set_of_changed_definitions_is_refused(built: Built) -> None:
    assert json.loads(built.results["changed"].output) == {"kind": "changed"}


def test_the_lake_holds_later_rows_that_were_not_announced(built: Built) -> None:
    known = pq.read_table(built.lake / "generation-1" / "payments" / "chargebacks").column("known_at").to_pylist()
    assert max(known) > SETTLED_AT
    assert len(list(built.lake.glob("generation-1/payments/transactions/known_month=2024-11/*.parquet"))) == 2


def test_data_tests_pass_in_spark(built: Built) -> None:
    assert "unique_training_card_fraud_spine_id" in built.results["features_utc"].output


def test_expressions_of_the_dialect_hold(built: Built) -> None:
    output = built.results["holding"].output
    values = json.loads(output[output.index("{\n") :])["show"][0]
    wrong = [expression for number, expression in enumerate(HOLDING) if values[f"value_{number}"] is not True]
    assert not wrong


def test_decimals_become_whole_units_and_are_themselves_again(built: Built) -> None:
    result = built.results["decimals"]
    assert result.is_success, result.output
    values = json.loads(result.output[result.output.index("{\n") :])["show"][0]
    wrong = [check for number, check in enumerate(decimal_checks()) if values[f"value_{number}"] is not True]
    assert not wrong


@pytest.mark.parametrize(("name", "cases"), [("cases", CASES), ("times", TIME_CASES)])
def test_an_expression_says_what_python_says(built: Built, name: str, cases: tuple[Case, ...]) -> None:
    result = built.results[name]
    assert result.is_success, result.output
    found = json.loads(result.output)
    assert len(found) == len(cases)
    wrong = [
        f"{case.expression} as of {case.as_of}: {given!r}, not {case.expected!r}"
        for case, given in zip(cases, found, strict=True)
        if not is_same(given, case.expected)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("expression", RAISING)
def test_spark_raises_where_it_would_wrap_or_lose_digits(built: Built, expression: str) -> None:
    result = built.results[expression]
    assert not result.is_success, result.output
    assert any(told in result.output for told in ("out of range", "38 digits", "more ranks than 2: 2"))
