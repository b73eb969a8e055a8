"""What Spark's decimals, of 38 digits, cannot do as Postgres does is refused at compile, with what to write instead."""

import json
from pathlib import Path

import pytest

from tests.compiler.probe import Probe, add_purchases, add_view, amounts, ordered
from tests.dbt_processes import NO_DATABASE
from tests.dbt_runner import DbtProject
from tests.projects import copy_project

TURNOVER = """\
{% macro truepoint_aggregate_turnover(of, partial) %}
    {{ return({
        'accepts': {'bigint': 'bigint', 'numeric': 'numeric'},
        'is_never_null': true,
        'plan': 'sums',
        'partials': {'total': 'abs(' ~ of ~ ')'},
        'value': partial.total,
    }) }}
{% endmacro %}
"""
FEATURES = {
    "d_sum": amounts("sum", "7d", "price"),
    "d_variance": amounts("variance", "7d", "price"),
    "d_max": ordered("numeric", "max", "7d", "price", default=0.125),
    "d_turnover": Probe("numeric", {"aggregate": "turnover", "of": "price", "window": "7d"}),
}
WITHOUT_MISTAKES = {"d_sum": FEATURES["d_sum"], "d_max": ordered("numeric", "max", "7d", "price")}
# name -> type and expression
EXPRESSIONS = {
    "d_double": ("double precision", "d_sum * 2 - d_max"),
    "d_twice": ("numeric", "d_sum * 2"),
    "d_more": ("boolean", "d_sum - d_max > 2"),
    "d_rounded": ("bigint", "floor(d_sum)"),
}
DERIVED = {
    "name": "probe_derived",
    "description": "Over decimals.",
    "config": {"meta": {"derived_view": {}}},
    "columns": [
        {
            "name": name,
            "description": "A.",
            "data_type": type_name,
            "config": {"meta": {"feature": {"expression": expression}}},
        }
        for name, (type_name, expression) in EXPRESSIONS.items()
    ],
}


def compiled(tmp_path: Path, declared: str, target: str, *, with_derived: bool = False) -> str:
    """What dbt says of features over a column that is declared so; with_derived: of those of DERIVED over them too.

    The features are without mistakes of their own where there are derived ones: those are looked at last.
    """
    copy_project(tmp_path / "project")
    models = tmp_path / "project" / "models"
    add_purchases(models)
    staging = models / "staging" / "stg_purchases.yml"
    staging.write_text(staging.read_text("utf-8").replace("numeric(18, 2)", declared), encoding="utf-8")
    (tmp_path / "project" / "macros").mkdir(exist_ok=True)
    (tmp_path / "project" / "macros" / "turnover.sql").write_text(TURNOVER, encoding="utf-8")
    add_view(
        models / "features",
        "probe_decimals",
        ["account_id"],
        "stg_purchases",
        FEATURES if not with_derived else WITHOUT_MISTAKES,
    )
    if with_derived:
        (models / "features" / "probe_derived.yml").write_text(json.dumps({"models": [DERIVED]}), encoding="utf-8")
        body = "{{ truepoint.derived_view(inputs=['probe_decimals'], spine='spine_transactions') }}\n"
        (models / "features" / "probe_derived.sql").write_text(body, encoding="utf-8")
    project = DbtProject(folder=tmp_path / "project", dsn=NO_DATABASE, target_path=tmp_path / "target")
    return project.invoke("compile", "--target", target, "--select", "probe_decimals").output


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (
            "numeric",
            [
                "d_sum: of is price, of type numeric without digits",
                "d_variance: of is price, of type numeric without digits",
                "38 digits in Spark (allowed in Spark: numeric(12, 2), with the digits that the column has",
            ],
        ),
        (
            "numeric(50, 2)",
            ["d_max: of is price, of type numeric(50,2) (allowed in Spark: numeric(p, s) of at most 38"],
        ),
        (
            "numeric(12, 2)",
            [
                "d_max: default is 0.125 (allowed in Spark: at most 2 digits after the point",
                "d_turnover: of is price, of type numeric(12,2), which aggregate turnover does not take in Spark",
            ],
        ),
    ],
    ids=["without digits", "more than 38 digits", "with digits"],
)
def test_what_decimals_of_spark_cannot_do_is_refused(tmp_path: Path, declared: str, told: list[str]) -> None:
    said = " ".join(compiled(tmp_path, declared, "spark").split())
    assert [sentence for sentence in told if sentence not in said] == []
    if declared == "numeric(12, 2)":
        assert "d_sum" not in said


def test_a_derived_feature_that_computes_with_decimals_is_refused_in_spark(tmp_path: Path) -> None:
    said = " ".join(compiled(tmp_path, "numeric(12, 2)", "spark", with_derived=True).split())
    assert (
        "d_twice: expression: d_sum * 2: computes with the numeric d_sum, and data_type is numeric (allowed in" in said
    )
    assert "d_more: expression: d_sum - d_max > 2: computes with the numeric" in said
    assert "d_double" not in said
    assert "d_rounded" not in said


def test_postgres_takes_all_of_them(tmp_path: Path) -> None:
    for with_derived in (False, True):
        said = compiled(tmp_path / str(with_derived), "numeric", "postgres", with_derived=with_derived)
        assert "allowed" not in said
        assert "Compiled node 'probe_decimals'" in said
