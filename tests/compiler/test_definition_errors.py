"""A wrong definition stops dbt with one message that names file, feature, what was given and what is allowed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dbt_processes import run_apart
from tests.projects import copy_project

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


@dataclass(frozen=True)
class Mistake:
    """One edit of a definition file, and what the message about it must hold.

    right: empty where the file is a new one. told_of: the file that the message names, where that is another one.
    """

    file: str
    right: str
    wrong: str
    told: tuple[str, ...]
    told_of: str | None = None


ACCOUNT = "models/features/account_features.yml"
DERIVED = "models/features/transaction_features.yml"
EVENTS = "models/staging/stg_transactions.yml"
SPINE = "models/marts/spine_transactions.yml"
ACCOUNTS = "models/staging/stg_accounts.yml"
CHARGEBACKS = "models/staging/stg_chargebacks.yml"
CHARGEBACKS_SQL = "models/staging/stg_chargebacks.sql"
MERCHANT = "models/features/merchant_features.yml"
DEVICE = "models/features/account_device_features.yml"
SERVICES = "models/services.yml"
PROFILE = "models/features/account_profile.yml"
MART = "models/marts/training_card_fraud.sql"

ZSCORE = "\n        config:\n          meta:\n            feature: {expression: (amount_minor - account_amount"
MERCHANT_ID = """- name: merchant_id
        description: "{{ doc('merchant_id') }}"
        data_type: text"""
EVENT_ID = MERCHANT_ID.replace("merchant_id", "event_id")
COUNT_1H = "{feature: {aggregate: count, window: 1h}}"
SUM_24H = "{feature: {aggregate: sum, of: amount_minor, window: 24h}}"
MEAN_30D = "{feature: {aggregate: mean, of: amount_minor, window: 30d}}"
STDDEV_30D = "{feature: {aggregate: stddev, of: amount_minor, window: 30d}}"
DISTINCT_7D = "{feature: {aggregate: count_distinct, of: merchant_id, window: 7d}}"
SINCE_90D = "{feature: {aggregate: seconds_since_last, window: 90d}}"

OTHER_SPINE = """
models:
  - name: spine_refunds
    description: For tests. One row per refund.
    config: {meta: {spine: {decides: stg_transactions}}}
    columns:
      - {name: spine_id, data_type: text}
      - {name: event_id, data_type: text}
      - {name: as_of, data_type: timestamptz}
      - {name: account_id, data_type: text}
      - {name: merchant_id, data_type: text}
      - {name: device_id, data_type: text}
      - {name: amount_minor, data_type: bigint}
      - {name: country, data_type: text}
"""

# Each group is one project: every mistake of a group must be told in one compile.
GROUPS = {
    "windows_and_names": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: cuont, window: 60}}",
                ("account_txn_count_1h: window is 60 (allowed:", "aggregate is cuont, did you mean count? (allowed:")),
        Mistake(ACCOUNT, SUM_24H, "{feature: {aggregate: sum, of: amont_minor, window: 1h30m}}",
                ("account_amount_sum_24h: window is 1h30m", "of is amont_minor, did you mean amount_minor?")),
        Mistake(ACCOUNT, MEAN_30D, "{feature: {aggregate: mean, of: latitude, window: 30d, wher: is_declined}}",
                ("of is latitude, of type double precision", "key wher is not known, did you mean where?")),
        Mistake(ACCOUNT, STDDEV_30D,
                "{feature: {aggregate: stddev, of: local_amount_minor, window: 30d, where: kindd = 'refund'}}",
                ("where: kindd = 'refund': names kindd, did you mean kind?", "a text in quotes: 'kindd')",
                 "rows are in different currencies")),
        Mistake(ACCOUNT, DISTINCT_7D, "{feature: {aggregate: count_distinct, of: merchant_id, window: 7d, default: x}}",
                ("account_distinct_merchants_7d: default is given, and count_distinct is never null",)),
        Mistake(ACCOUNT, SINCE_90D, "{feature: {aggregate: seconds_since_last, of: amount_minor, window: 0d}}",
                ("window is 0d", "aggregate seconds_since_last takes none")),
        Mistake(SERVICES, "- merchant_txn_count_5m", "- merchant_txn_count_5min",
                ("card_fraud: feature merchant_txn_count_5min is not defined, did you mean merchant_txn_count_5m?",)),
        Mistake(SERVICES, "device_id: text}", "device_id: string}", ("request field device_id has type string",)),
    ],
    "types_descriptions_and_events": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: sum, window: 1h}}",
                ("account_txn_count_1h: of is not given, and aggregate sum needs it",)),
        Mistake(ACCOUNT, "data_type: double precision\n        config: {meta: " + MEAN_30D,
                "data_type: bigint\n        config: {meta: " + MEAN_30D,
                ("account_amount_mean_30d: data_type is bigint (allowed: double precision",)),
        Mistake(ACCOUNT, "name: account_distinct_merchants_7d", "name: merchant_txn_count_5m",
                ("merchant_txn_count_5m: is defined in", "too (allowed: a name that no other feature has)")),
        Mistake(ACCOUNT, "description: Mean amount of the account's transactions in the last 30 days."
                " EUR cents; null without any.", "description: ''", ("account_amount_mean_30d: has no description",)),
        Mistake(ACCOUNT, "entity: [account_id]", "entity: [acount_id]",
                ("entity acount_id is no column of stg_transactions, did you mean account_id?",
                 "entity acount_id is no column of spine_transactions")),
        Mistake(EVENTS, "known_at: known_at}", "known_at: knwon_at}", ("meta.events.known_at is knwon_at",)),
        Mistake(EVENTS, "data_type: double precision", "data_type: real",
                ("stg_transactions.latitude: data_type is real (allowed: bigint,",
                 "as in cast(score as double precision)")),
        Mistake(SPINE, "decides: stg_transactions", "decides: stg_payments", ("meta.spine.decides is stg_payments",)),
        Mistake("models/features/account_profile.yml", "feature_view: {entity: [account_id]}", "note: none",
                ("account_home_country: has meta.feature, and model account_profile has neither",)),
        Mistake("models/features/account_device_features.yml", "device_id]}", "device_id], hot_key_rows: '5'}",
                ('account_device_features: meta.feature_view.hot_key_rows is "5" (allowed: a whole number above 0',)),
    ],
    "hot_keys": [
        Mistake(ACCOUNT, "entity: [account_id]}", "entity: [account_id], hot_key_rows: 0}",
                ("account_features: meta.feature_view.hot_key_rows is 0",
                 "account_distinct_merchants_7d: is count_distinct, in a view with hot_key_rows (allowed there:")),
        Mistake("models/features/account_profile.yml", "entity: [account_id]}",
                "entity: [account_id], hot_key_rows: 5}", ("account_home_country: is attribute, in a view with",)),
        Mistake(MERCHANT, "entity: [merchant_id]}", "entity: [merchant_id], hot_keys_rows: 5}",
                ("key hot_keys_rows is not known, did you mean hot_key_rows?",)),
    ],
    "derived_features": [
        Mistake(DERIVED, "country <> account_home_country", "country <> account_home_contry",
                ("txn_is_foreign_country: expression:", "account_home_contry, did you mean account_home_country?")),
        Mistake(DERIVED, "(amount_minor - account_amount_mean_30d) / account_amount_stddev_30d",
                "exp(amount_minor - account_amount_mean_30d",
                ("txn_amount_zscore_30d", "names exp", "has a parenthesis without its partner")),
        Mistake(DERIVED, "case when device_id is null then null else account_device_txn_count_90d = 0 end",
                "case when device_id is null; then null",
                ("txn_is_new_device", "has the character ;", "has a case without its end")),
    ],
    "ten_of_different_kinds": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: cuont, window: 60}}",
                ("account_txn_count_1h: window is 60 (allowed:", "aggregate is cuont, did you mean count? (allowed:")),
        Mistake(ACCOUNT, MEAN_30D, "{feature: {aggregate: mean, of: latitude, window: 30d}}",
                ("account_amount_mean_30d: of is latitude, of type double precision",)),
        Mistake(ACCOUNT, "entity: [account_id]", "entity: [acount_id]",
                ("entity acount_id is no column of stg_transactions, did you mean account_id?",)),
        Mistake(MERCHANT, "aggregate: stddev, of: amount_minor", "aggregate: stddev, of: local_amount_minor",
                ("merchant_amount_stddev_30d: of is local_amount_minor, whose rows are in different currencies",)),
        Mistake(EVENTS, "known_at: known_at}", "known_at: knwon_at}", ("meta.events.known_at is knwon_at",)),
        Mistake("models/features/account_profile.yml", "feature_view: {entity: [account_id]}", "note: none",
                ("account_home_country: has meta.feature, and model account_profile has neither",)),
        Mistake(DERIVED, "(amount_minor - account_amount_mean_30d) / account_amount_stddev_30d",
                "exp(amount_minor - account_amount_mean_30d",
                ("txn_amount_zscore_30d", "names exp", "has a parenthesis without its partner")),
        Mistake(DERIVED, "case when device_id is null then null else account_device_txn_count_90d = 0 end",
                "account_device_txn_count_9d = 0",
                ("account_device_txn_count_9d, did you mean account_device_txn_count_90d?",)),
        Mistake(SERVICES, "- merchant_txn_count_5m", "- merchant_txn_count_5min",
                ("card_fraud: feature merchant_txn_count_5min is not defined, did you mean merchant_txn_count_5m?",)),
        Mistake(SERVICES, "device_id: text}", "device_id: string}", ("request field device_id has type string",)),
    ],
    "types": [
        Mistake(EVENTS, "data_type: timestamptz", "data_type: timestamp",
                ("stg_transactions.occurred_at: data_type is timestamp",
                 "the model says in which zone its times are, as in occurred_at at time zone 'UTC' as occurred_at")),
        Mistake(EVENTS, "data_type: boolean", "data_type: shop.yes_or_no",
                ("stg_transactions.is_declined: data_type is shop.yes_or_no",
                 "as in cast(reference as text) as reference")),
        Mistake(EVENTS, MERCHANT_ID, MERCHANT_ID.replace("text", "char(8)"),
                ("entity merchant_id is char(8) in stg_transactions (allowed as a key: any type but char(n) and enum",),
                told_of=MERCHANT),
        Mistake(ACCOUNTS, "data_type: text", "data_type: char(12)",
                ("stg_accounts.account_version_id: is the event_id and has data_type char(12) (allowed: text, uuid,",)),
        Mistake(SPINE, EVENT_ID, EVENT_ID.replace("text", "bigint"),
                ("column event_id is bigint (allowed: text)",)),
        Mistake(SERVICES, "country: text", "country: uuid",
                ("request field country has type uuid, and its column in spine_transactions text (allowed:",)),
    ],
    "circle": [
        Mistake(DERIVED, "(amount_minor - account_amount_mean_30d) / account_amount_stddev_30d",
                "case when txn_is_new_device then 1 end",
                ("txn_amount_zscore_30d, txn_is_new_device: need one another",)),
        Mistake(DERIVED, "case when device_id is null then null else account_device_txn_count_90d = 0 end",
                "txn_amount_zscore_30d > 1", ("in a circle",)),
    ],
    "service_needs": [
        Mistake(SERVICES, "entities: [account_id, merchant_id]", "entities: [account_id]",
                ("needs the key merchant_id, which is neither an entity nor a request field",)),
        Mistake(SERVICES, "request: {amount_minor: bigint, country: text, device_id: text}",
                "request: {amount_minor: bigint, device_id: text}",
                ("txn_is_foreign_country needs the request field country",)),
        Mistake(MART, "        'merchant_features',\n", "",
                ("training_card_fraud: has feature merchant_txn_count_5m but not its view",)),
    ],
    "conditions_defaults_and_event_relations": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: count, window: 1h, default: 0}}",
                ("account_txn_count_1h: default is given, and count is never null (allowed: no default)",)),
        Mistake(ACCOUNT, SUM_24H,
                "{feature: {aggregate: sum, of: amount_minor, window: 24h, where: amount_minor, default: 1}}",
                ("account_amount_sum_24h: where is amount_minor, of type bigint (allowed: a boolean column",
                 "default is given, and sum is never null")),
        Mistake(ACCOUNT, MEAN_30D,
                "{feature: {aggregate: mean, of: amount_minor, window: 30d, where: is_declined and}}",
                ("account_amount_mean_30d: where: is_declined and: ends with and",)),
        Mistake(ACCOUNT, STDDEV_30D, "{feature: {aggregate: stddev, of: amount_minor, window: 30d,"
                " where: amount_minor / case when is_declined then 2 else 1 end > 3}}",
                ("account_amount_stddev_30d: where: amount_minor / case when", "divides by a case (allowed:")),
        Mistake(ACCOUNT, DISTINCT_7D,
                "{feature: {aggregate: count_distinct, of: merchant_id, window: 7d, where: is_declined is_overdraft}}",
                ("account_distinct_merchants_7d: where:", "has no operator between is_declined and is_overdraft")),
        Mistake(ACCOUNT, SINCE_90D,
                "{feature: {aggregate: seconds_since_last, window: 90d, where: 1 < / amount_minor}}",
                ("txn_seconds_since_last: where:", "has nothing between < and /")),
        Mistake(CHARGEBACKS_SQL, "{{ source('payments', 'chargebacks') }}", "{{ ref('stg_transactions') }}",
                ("spine_transactions: meta.spine.decides leaves out stg_chargebacks, whose event ids are those of a",
                 "(allowed: decides: [stg_transactions, stg_chargebacks])"), told_of=SPINE),
        Mistake(ACCOUNTS, "- name: account_version_id\n        description: Names the version. Unique, never null.\n"
                "        data_type: text", "- name: account_version_id\n        data_type: date",
                ("stg_accounts.account_version_id: is the event_id and has data_type date (allowed: text, uuid,",)),
        Mistake(ACCOUNTS, "- name: currency", "- name: end",
                ("stg_accounts.end: is a word of SQL (allowed: any other name; the staging model can give it)",)),
        Mistake(DEVICE, "entity: [account_id, device_id]", "entity: [account_id, place]",
                ("account_device_features: entity place is the name of a column of the compiler",)),
        Mistake(MERCHANT, "- name: merchant_txn_count_5m", "- name: order", ("order: is the name of a column of the",)),
        Mistake(MERCHANT, "- name: merchant_declined_share_1h", "- name: since_30d",
                ("since_30d: is the name of a column",)),
        Mistake(SERVICES, "device_id: text}", "happens_at: timestamptz}",
                ("card_fraud: request field happens_at is the name of a column of the compiler",)),
    ],
    "what_would_fail_when_it_runs": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: count, window: 5000000d}}",
                ("account_txn_count_1h: window is 5000000d (allowed: at most 36500d",)),
        Mistake(ACCOUNT, SUM_24H, "{feature: {aggregate: sum, of: amount_minor, window: 24h, where: country in ()}}",
                ("account_amount_sum_24h: where: country in (): has in (), a list of nothing",)),
        Mistake(ACCOUNT, MEAN_30D, "{feature: {aggregate: mean, of: amount_minor, window: 30d, default: .nan}}",
                ("account_amount_mean_30d: default is nan (allowed: a value of type double precision, a finite one)",)),
        Mistake(ACCOUNT, STDDEV_30D, "{feature: {aggregate: stddev, of: amount_minor, window: 30d, default: -.inf}}",
                ("account_amount_stddev_30d: default is -inf",)),
        Mistake(ACCOUNT, DISTINCT_7D, "{feature: {aggregate: count_distinct, of: merchant_id, window: 7d,"
                " where: \"occurred_at >= '2026-11-15'\"}}",
                ("compares a timestamptz with '2026-11-15' (allowed: an ISO time with its zone, such as",)),
        Mistake(ACCOUNT, "entity: [account_id]", "entity: [account_id, account_id]",
                ("account_features: entity account_id is listed twice (allowed: once)",)),
        Mistake(MERCHANT, "- name: merchant_txn_count_5m", "- name: tablesample",
                ("tablesample: is the name of a column of the spine or of the compiler, or a word of SQL",)),
        Mistake(DERIVED, "country <> account_home_country", "coalesce()",
                ("txn_is_foreign_country: expression:", "gives coalesce 0 arguments (allowed: 1 or more)")),
        Mistake(DERIVED, "case when device_id is null then null else account_device_txn_count_90d = 0 end",
                "\"hour(as_of, 'Europe/Talin')\"",
                ("txn_is_new_device: expression:", "has the time zone 'Europe/Talin' (allowed: 'UTC'")),
        Mistake(PROFILE, "{attribute: home_country}",
                """{attribute: home_country, default: "{% raw %}{{ now }}{% endraw %}"}""",
                ("account_home_country: default is \"{{ now }}\" (allowed: a text without Jinja",)),
    ],
    "options_and_ratios": [
        Mistake(ACCOUNT, COUNT_1H, "{feature: {aggregate: count, window: 1h, k: 3}}",
                ("account_txn_count_1h: key k is not known",)),
        Mistake(ACCOUNT, SUM_24H, "{feature: {aggregate: percentile, of: amount_minor, window: 24h}}",
                ("account_amount_sum_24h: fraction is not given, and aggregate percentile needs it (allowed:",)),
        Mistake(ACCOUNT, MEAN_30D, "{feature: {aggregate: percentile, of: amount_minor, fraction: 95, window: 30d,"
                " method: linear}}", ("fraction is 95 (allowed: a number from 0 to 1", "method is linear (allowed: ")),
        Mistake(ACCOUNT, STDDEV_30D, "{feature: {aggregate: median, of: merchant_id, window: 30d}}",
                ("of is merchant_id, of type text, which aggregate median does not take (allowed: smallint, integer",)),
        Mistake(ACCOUNT, DISTINCT_7D, "{feature: {aggregate: top_k, of: merchant_id, window: 7d, k: 0, default: x}}",
                ("account_distinct_merchants_7d: k is 0 (allowed: a whole number from 1 to 100)",
                 "data_type is bigint (allowed: text[], the type of top_k of merchant_id)", "default is x")),
        Mistake(ACCOUNT, SINCE_90D, "{feature: {aggregate: min, of: is_declined, window: 90d}}",
                ("of is is_declined, of type boolean, which aggregate min does not take",)),
        Mistake(MERCHANT, "aggregate: stddev, of: amount_minor", "aggregate: max, of: local_amount_minor",
                ("merchant_amount_stddev_30d: of is local_amount_minor, whose rows are in different currencies",)),
    ],
    "ratios": [
        Mistake(DERIVED, "{expression: (amount_minor - account_amount_mean_30d) / account_amount_stddev_30d}",
                "{ratio: {numerator: amount_minor, denominator: account_amount_men_30d, where: x}, default: 0}",
                ("txn_amount_zscore_30d: denominator is account_amount_men_30d, did you mean account_amount_mean_30d?",
                 "txn_amount_zscore_30d, ratio: key where is not known",
                 "default is given, and a derived feature has none (allowed: a second feature")),
        Mistake(DERIVED, "{expression: country <> account_home_country}", "{ratio: account_home_country}",
                ("txn_is_foreign_country: ratio is account_home_country (allowed: {numerator: FEATURE, denominator:",)),
    ],
    "an_array_in_an_expression": [
        Mistake(ACCOUNT, "data_type: double precision\n        config: {meta: " + MEAN_30D,
                "config: {meta: {feature: {aggregate: last_k, of: amount_minor, k: 2, window: 30d}}",
                ("txn_amount_zscore_30d: names account_amount_mean_30d, an array (allowed:",), told_of=DERIVED),
    ],
    "derived_types_and_names": [
        Mistake(DERIVED, "data_type: double precision" + ZSCORE, "data_type: numeric" + ZSCORE,
                ("txn_amount_zscore_30d: expression:", "divides, and data_type is numeric (allowed: double precision")),
        Mistake(DERIVED, "country <> account_home_country", "country <> account_home_country or",
                ("txn_is_foreign_country: expression:", "ends with or")),
        Mistake(DERIVED, "request: {amount_minor: bigint,", "request: {end: text, amount_minor: bigint,",
                ("transaction_features: request field end is the name of a column of the compiler, or a word of SQL",)),
        Mistake(DERIVED, "- name: txn_is_new_device", "- name: request", ("request: is the name of a column of the",)),
    ],
    "known_at_history": [
        Mistake(EVENTS, "known_at: known_at}",
                "known_at: {column: known_at, history_befor: '2026-03-01T00:00:00Z', delay: -1h}}",
                ("key history_befor is not known, did you mean history_before? (allowed: column, history_",
                 "meta.events.known_at.history_before is not given (allowed: an instant in quotes with its zone",
                 "meta.events.known_at.delay is -1h (allowed: how long after it happened")),
        Mistake(CHARGEBACKS, "known_at: known_at}",
                "known_at: {column: event_time, history_before: '2026-03-01T00:00:00Z', delay: 1h}}",
                ("stg_chargebacks: meta.events.known_at is event_time", "(allowed: a column of the model: ")),
        Mistake(ACCOUNTS, "known_at: known_at}", "known_at: [event_time, known_at]}",
                ("stg_accounts: meta.events.known_at is ['event_time', 'known_at'] (allowed: one of a column",)),
    ],
    "known_at_names": [
        Mistake(EVENTS, "known_at: known_at}", "known_at: {column: knwon_at, history_before: 2026-03-01, delay: 0h}}",
                ("meta.events.known_at is knwon_at, did you mean known_at?",
                 "meta.events.known_at.history_before is 2026-03-01", "meta.events.known_at.delay is 0h (allowed:")),
        Mistake(CHARGEBACKS, "known_at: known_at}",
                "known_at: {column: occurred_at, history_before: '2026-03-01T00:00:00', delay: 90}}",
                ("meta.events.known_at.column is occurred_at, the event time (allowed:",
                 "meta.events.known_at.history_before is 2026-03-01T00:00:00 (allowed:",
                 "meta.events.known_at.delay is 90 (allowed:")),
        Mistake(ACCOUNTS, "known_at: known_at}", "known_at: event_tim}",
                ("stg_accounts: meta.events.known_at is event_tim", "or event_time, where events are known")),
    ],
    "service_over_another_spine": [
        Mistake("models/marts/spine_refunds.yml", "", OTHER_SPINE,
                ("feature account_txn_count_1h is built over the spine spine_transactions, and the service over"
                 " spine_refunds (allowed: one spine)",), told_of=SERVICES),
        Mistake("models/marts/spine_refunds.sql", "", "select * from {{ ref('spine_transactions') }}",
                ("training_card_fraud: is not over the service's spine (write spine='spine_refunds')",), told_of=MART),
        Mistake(SERVICES, "spine: spine_transactions", "spine: spine_refunds", ("card_fraud: feature",)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS.keys())
def test_every_mistake_is_told_in_one_compile(group: list[Mistake], tmp_path: Path) -> None:
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    for mistake in group:
        path = folder / mistake.file
        if not mistake.right:
            path.write_text(mistake.wrong)
            continue
        text = path.read_text()
        assert mistake.right in text, f"{mistake.file} no longer holds {mistake.right!r}"
        path.write_text(text.replace(mistake.right, mistake.wrong, 1))

    result = run_apart(folder, tmp_path / "target", "compile")

    assert not result.is_success
    untold = [told for mistake in group for told in mistake.told if told not in result.output]
    assert not untold, f"{untold} not in:\n{result.output}"
    for mistake in group:
        assert (mistake.told_of or mistake.file).removesuffix(".sql") in result.output


def test_the_project_as_it_is_has_no_mistake(tmp_path: Path) -> None:
    result = run_apart(DBT_PROJECT, tmp_path / "target", "compile")
    assert result.is_success, result.output


def test_what_will_be_slow_or_unnoticed_is_a_warning(tmp_path: Path) -> None:
    folder = tmp_path / "dbt_project"
    copy_project(folder)
    path = folder / ACCOUNT
    text = path.read_text()
    for right, wrong in (
        (COUNT_1H, "{feature: {aggregate: count, window: lifetime}}"),
        (STDDEV_30D, "{feature: {aggregate: median, of: amount_minor, window: 90d}}"),
        (SINCE_90D, "{feature: {aggregate: seconds_since_first, window: lifetime}}"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    path.write_text(text)
    columns = "spine_id, event_id, as_of, account_id, merchant_id, device_id, amount_minor, country"
    (folder / SPINE).with_suffix(".sql").write_text(f"select {columns} from elsewhere.decisions\n")

    result = run_apart(folder, tmp_path / "target", "compile")

    assert result.is_success, result.output
    assert result.output.count("spine_transactions: reads a table that is no event relation, and keeps no rows") == 1
    assert result.output.count("account_txn_count_1h: will be slow online: a count over a lifetime") == 1
    assert result.output.count("account_amount_stddev_30d: will be slow online: a median over 90d") == 1
    assert result.output.count("will be slow online") == 2
