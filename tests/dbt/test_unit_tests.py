"""dbt's own unit tests work on feature views and training tables: rows given by hand, and a wrong expectation fails."""

import re
from pathlib import Path
from typing import Final

from tests.dbt.built_project import BuiltProject
from tests.dbt_processes import run_apart
from tests.projects import DBT_PROJECT, ROOT, copy_project

UNIT_TESTS: Final = """
unit_tests:
  - name: device_is_known
    model: account_device_features
    given: &given
      - input: ref('stg_transactions')
        rows:
          - {transaction_id: t1, account_id: a1, device_id: d1, occurred_at: 2026-01-01Z, known_at: 2026-01-01Z}
          - {transaction_id: t2, account_id: a1, device_id: d1, occurred_at: 2026-01-01Z, known_at: 2026-01-03Z}
      - input: ref('spine_transactions')
        rows:
          - {spine_id: s1, event_id: t9, account_id: a1, device_id: d1, as_of: 2026-01-02Z}
          - {spine_id: s2, event_id: t1, account_id: a1, device_id: d1, as_of: 2026-01-04Z}
          - {spine_id: s3, event_id: t9, account_id: a1, device_id: d2, as_of: 2026-01-04Z}
    expect:
      rows:
        - {spine_id: s1, account_device_txn_count_90d: 1}
        - {spine_id: s2, account_device_txn_count_90d: 1}
        - {spine_id: s3, account_device_txn_count_90d: 0}
  - name: late_one_counts
    model: account_device_features
    given: *given
    expect:
      rows:
        - {spine_id: s1, account_device_txn_count_90d: 2}
        - {spine_id: s2, account_device_txn_count_90d: 1}
        - {spine_id: s3, account_device_txn_count_90d: 0}
  - name: derived_of_given_features
    model: transaction_features
    given:
      - input: ref('account_features')
        rows: [{spine_id: s1, account_amount_mean_30d: 100, account_amount_stddev_30d: 50}]
      - input: ref('account_profile')
        rows: [{spine_id: s1, account_home_country: EE}]
      - input: ref('account_device_features')
        rows: [{spine_id: s1, account_device_txn_count_90d: 0}]
      - input: ref('spine_transactions')
        rows:
          - {spine_id: s1, event_id: t, account_id: a, device_id: d, amount_minor: 200, country: FI, as_of: 2026-01-02Z}
    expect:
      rows:
        - {spine_id: s1, txn_amount_zscore_30d: 2.0, txn_is_foreign_country: true, txn_is_new_device: true}
  - name: row_of_training
    model: training_card_fraud
    given:
      - input: ref('account_features')
        rows: [{spine_id: s1, account_txn_count_1h: 7}, {spine_id: s2, account_txn_count_1h: 8}]
      - input: ref('merchant_features')
        rows: [{spine_id: s1}, {spine_id: s2}]
      - input: ref('merchant_chargeback_features')
        rows: [{spine_id: s1, merchant_chargeback_count_90d: 3}, {spine_id: s2}]
      - input: ref('transaction_features')
        rows: [{spine_id: s1}, {spine_id: s2}]
      - input: ref('fraud_labels')
        rows: [{spine_id: s1, is_fraud: true}]
      - input: ref('spine_transactions')
        rows:
          - {spine_id: s1, event_id: t9, account_id: a1, as_of: 2026-01-02Z}
          - {spine_id: s2, event_id: t8, account_id: a1, as_of: 2026-01-02Z}
    expect:
      rows:
        - {spine_id: s1, account_txn_count_1h: 7, merchant_chargeback_count_90d: 3, is_fraud: true}
        - {spine_id: s2, account_txn_count_1h: 8, merchant_chargeback_count_90d: null, is_fraud: null}
"""
VERDICTS: Final = {
    "account_device_features::a_late_event_counts_from_its_known_time": "PASS",
    "account_device_features::device_is_known": "PASS",
    "account_device_features::late_one_counts": "FAIL 1",
    "transaction_features::derived_of_given_features": "PASS",
    "training_card_fraud::row_of_training": "PASS",
}


def test_unit_tests_run_and_a_wrong_one_fails(built: BuiltProject, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "dbt_project", source=DBT_PROJECT)
    (folder / "models" / "features" / "unit_tests.yml").write_text(UNIT_TESTS, encoding="utf-8")
    page = (ROOT / "docs" / "proofs.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml\n(unit_tests:\n.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    (folder / "models" / "features" / "of_the_page.yml").write_text(example, encoding="utf-8")
    result = run_apart(folder, tmp_path / "target", "test", "--select", "test_type:unit", dsn=built.project.dsn)
    assert not result.is_success
    for test, verdict in VERDICTS.items():
        assert re.search(rf" {verdict}.* {test} \.", result.output), result.output
