"""A service over a staging view of the test's own, above tables of any kind."""

from pathlib import Path

import psycopg

from tests.feature_server.manifest import STATEMENTS, compiled, signature, write_manifest
from truepoint.compiled.registry import Registry, load_registry
from truepoint.postgres.doctor import Examination
from truepoint.postgres.doctor.findings import Finding


def execute(dsn: str, *statements: str) -> None:
    """Run each statement by itself."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def staged_registry(dsn: str, folder: Path, view: str, *, entity: tuple[str, ...] = ("account_id",)) -> Registry:
    """Make the view staged.transactions as `view` says, and compile a service that reads it."""
    execute(dsn, "create schema if not exists staged", f"create view staged.transactions as {view}")
    activity = signature("account_activity")
    activity["relations"][0]["relation"] = '"staged"."transactions"'
    activity["views"][0]["entity"] = list(entity)
    activity["indexes"] = []
    text = STATEMENTS["account_activity"].replace("payments.transactions", "staged.transactions")
    if len(entity) > 1:
        more = " and ".join(f"event.{column} is not distinct from request.account_id" for column in entity[1:])
        text = text.replace(
            "event.account_id = request.account_id", f"event.account_id = request.account_id and {more}"
        )
        text = text.replace(" is not distinct from request.account_id", " = request.account_id")
    return load_registry(write_manifest(folder, compiled(activity, text)))


def found(examination: Examination, check: str) -> list[Finding]:
    """The findings of one check."""
    return [finding for finding in examination.findings if finding.check == check]


def faults(examination: Examination, check: str) -> list[str]:
    """What one check found missing, in words."""
    return [finding.message for finding in found(examination, check) if not finding.is_ok]
