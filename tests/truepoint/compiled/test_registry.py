"""Reading dbt's online manifest into typed services."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.feature_server.manifest import compiled, signature, write_manifest
from truepoint.compiled.registry import RelationName, load_registry, parse_relation_name
from truepoint.errors import ManifestError


def test_services_are_read_by_name_with_their_statement_as_it_stands(tmp_path: Path) -> None:
    texts = [compiled(signature("echo")), compiled(signature("account_activity"))]
    registry = load_registry(write_manifest(tmp_path, *texts))
    assert list(registry.services) == ["account_activity", "echo"]
    activity = registry.services["account_activity"]
    assert activity.statement == texts[1]
    assert activity.definition_version == "0123456789abcdef0123456789abcdef"
    assert [(parameter.name, parameter.role) for parameter in activity.parameters] == [
        ("account_id", "entity"),
        ("amount_minor", "request"),
        ("event_id", "event"),
        ("as_of", "as_of"),
    ]
    assert [parameter.is_required for parameter in activity.parameters] == [True, True, False, False]
    assert activity.features[0].definition == {"aggregate": "count", "window": "1h"}
    assert activity.views[0].entity == ("account_id",)
    assert activity.relations[0].columns["occurred_at"] == "timestamptz"
    assert activity.indexes[0].keys == ("account_id", "occurred_at")


def test_the_columns_of_the_answer_follow_from_the_signature(tmp_path: Path) -> None:
    registry = load_registry(write_manifest(tmp_path, compiled(signature("account_activity"))))
    assert registry.services["account_activity"].result_columns == (
        ("ord", "bigint"),
        ("as_of", "timestamptz"),
        ("answered_at", "timestamptz"),
        ("found__account_features", "boolean"),
        ("account_txn_count_1h", "bigint"),
        ("account_amount_mean_30d", "double precision"),
        ("txn_amount_twice", "bigint"),
    )


def test_a_service_cannot_be_changed(tmp_path: Path) -> None:
    registry = load_registry(write_manifest(tmp_path, compiled(signature("echo"))))
    with pytest.raises(dataclasses.FrozenInstanceError):
        registry.services["echo"].statement = "select 1"  # type: ignore[misc]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"nodes": {}}', '{"nodes": {"analysis.a": {"compiled_code": "select 1"}, "b": null}}'],
    ids=["empty", "broken", "list", "no nodes", "nothing", "no signature"],
)
def test_what_is_no_online_manifest_is_refused_with_the_command_that_makes_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ManifestError, match="dbt compile --select path:analyses --target-path target/online"):
        load_registry(path)


def test_a_missing_manifest_is_refused_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"no online manifest at .*absent\.json.*dbt compile"):
        load_registry(tmp_path / "absent.json")


def _unknown_type(activity: dict[str, Any]) -> None:
    activity["features"][0]["type"] = "money"


def _no_features_key(activity: dict[str, Any]) -> None:
    del activity["features"]


def _no_features(activity: dict[str, Any]) -> None:
    activity["features"] = []


def _feature_twice(activity: dict[str, Any]) -> None:
    activity["features"].append(activity["features"][0])


def _no_as_of(activity: dict[str, Any]) -> None:
    activity["parameters"].pop()


def _two_events(activity: dict[str, Any]) -> None:
    activity["parameters"].insert(0, {"name": "other_id", "type": "text", "role": "event"})


def _view_without_relation(activity: dict[str, Any]) -> None:
    activity["views"][0]["events"] = "stg_refunds"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_unknown_type, r"features\.0\.type"),
        (_no_features_key, "features: Field required"),
        (_no_features, "there is no feature"),
        (_feature_twice, "features named twice: account_txn_count_1h"),
        (_no_as_of, "exactly one parameter must have the role as_of"),
        (_two_events, "at most one parameter may have the role event"),
        (_view_without_relation, "view account_features reads stg_refunds"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_a_signature_that_cannot_be_served_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    activity = signature("account_activity")
    change(activity)
    with pytest.raises(ManifestError, match=said):
        load_registry(write_manifest(tmp_path, compiled(activity)))


def test_a_signature_that_is_no_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {"analysis.a": {"compiled_code": "select 1\n-- truepoint-signature: [1]"}}}))
    with pytest.raises(ManifestError, match=r"analysis\.a is not a JSON object"):
        load_registry(path)


def test_a_signature_in_several_lines_is_read(tmp_path: Path) -> None:
    echo = signature("echo")
    lines = json.dumps(echo, indent=2).replace("\n", "\n-- ")
    text = compiled(echo).partition("\n-- truepoint-signature")[0] + f"\n-- truepoint-signature: {lines}\n"
    registry = load_registry(write_manifest(tmp_path, text))
    assert [feature.name for feature in registry.services["echo"].features] == [
        feature["name"] for feature in echo["features"]
    ]


def test_a_signature_that_is_not_the_end_is_refused(tmp_path: Path) -> None:
    text = compiled(signature("echo")) + "select 1\n"
    with pytest.raises(ManifestError, match=r"analysis\.payments\.service_0 is not the end of its statement"):
        load_registry(write_manifest(tmp_path, text))


def test_a_newer_compiler_may_say_more(tmp_path: Path) -> None:
    activity = signature("account_activity") | {"tiles": []}
    assert load_registry(write_manifest(tmp_path, compiled(activity))).services["account_activity"]


def test_one_service_in_two_files_is_refused(tmp_path: Path) -> None:
    text = compiled(signature("echo"))
    with pytest.raises(ManifestError, match="holds service echo twice"):
        load_registry(write_manifest(tmp_path, text, text))


@pytest.mark.parametrize(
    ("rendered", "parsed"),
    [
        ('"db"."payments"."transactions"', RelationName("db", "payments", "transactions")),
        ('"payments"."transactions"', RelationName(None, "payments", "transactions")),
        ("Payments.transactions", RelationName(None, "payments", "transactions")),
        ('"a""b"."c.d"."E"', RelationName('a"b', "c.d", "E")),
    ],
)
def test_relation_names_are_split_as_postgres_reads_them(rendered: str, parsed: RelationName) -> None:
    assert parse_relation_name(rendered) == parsed


@pytest.mark.parametrize("rendered", ["transactions", "", 'a."b', "a.b.c.d", "a..b", "a.b; drop table c"])
def test_other_relation_names_are_refused(rendered: str) -> None:
    with pytest.raises(ManifestError, match="is not of the form"):
        parse_relation_name(rendered)
