"""Do manifest and database agree? Relations, columns, types, and each statement's parameters and results."""

from collections.abc import Collection, Mapping
from typing import Final

import asyncpg

from truepoint.compiled.declared_types import faults_of_columns
from truepoint.compiled.manifest import COMPILE_COMMAND
from truepoint.compiled.registry import Registry, Relation, Service, ValueType
from truepoint.errors import DatabaseMismatchError
from truepoint.postgres.connecting import AsyncpgConnection
from truepoint.postgres.doctor.findings import Finding
from truepoint.postgres.relations import RELATIONS

# Postgres' own names of the signature's types on the wire, where they differ.
_wire_names: Final[dict[str, str]] = {
    "bigint": "int8",
    "boolean": "bool",
    "double precision": "float8",
    "integer": "int4",
    "smallint": "int2",
}


async def refuse_disagreement(connection: AsyncpgConnection, registry: Registry) -> None:
    """Raise DatabaseMismatchError, in one sentence on the first fault, unless every service's statement can run."""
    faults = [finding for finding in await examine_agreement(connection, registry) if not finding.is_ok]
    if faults:
        more = f" `truepoint doctor` shows {len(faults) - 1} more." if len(faults) > 1 else ""
        raise DatabaseMismatchError(f"Manifest and database disagree: {faults[0].subject} {faults[0].message}.{more}")


async def examine_agreement(connection: AsyncpgConnection, registry: Registry) -> list[Finding]:
    """Look at all relations, then at each statement whose relations are as it needs them."""
    findings: list[Finding] = []
    for service in registry.services.values():
        of_relations = await _examine_relations(connection, service)
        findings += [finding for finding in of_relations if finding not in findings]
        if all(finding.is_ok for finding in of_relations):
            findings.append(await _examine_statement(connection, service))
    return findings


async def _examine_relations(connection: AsyncpgConnection, service: Service) -> list[Finding]:
    names = [relation.relation_name for relation in service.relations]
    rows = await connection.fetch(RELATIONS, [name.schema for name in names], [name.name for name in names])
    findings: list[Finding] = []
    for relation, name, row in zip(service.relations, names, rows, strict=True):
        if name.database not in (None, row["database"]):
            message = (
                f"is for database {name.database}, and this is {row['database']}; "
                f"compile with the same TRUEPOINT_DSN: {COMPILE_COMMAND}"
            )
            of_all = Finding("relations", "the manifest", is_ok=False, message=message)
            findings += [] if of_all in findings else [of_all]  # told once, not for each relation
            continue
        if not row["is_there"]:
            fault = f"is absent, and service {service.name} reads it; make it, in the dbt project's folder: dbt run"
        elif not row["is_readable"]:
            fault = (
                f"may not be read by this role, {row['role']}: "
                f"truepoint grant {row['role']} --apply, as the role that runs dbt"
            )
        else:
            fault = _column_fault(relation, {name: names for name, *names in row["columns"]})
        message = fault or f"has the {len(relation.columns)} columns needed"
        findings.append(Finding("relations", str(name), is_ok=not fault, message=message))
    return findings


def _column_fault(relation: Relation, found: Mapping[str, Collection[str]]) -> str:
    faults = faults_of_columns(relation.columns, found)
    return f"has not what is declared: {'; '.join(faults)}; run dbt, then compile again" if faults else ""


async def _examine_statement(connection: AsyncpgConnection, service: Service) -> Finding:
    subject = f"statement of {service.name}"
    try:
        prepared = await connection.prepare(service.statement)
    except asyncpg.PostgresError as error:
        return Finding("statement", subject, is_ok=False, message=f"does not prepare: {error}")
    wanted = [f"{_wire_name(parameter.type)}[]" for parameter in service.parameters]
    taken = [parameter.name for parameter in prepared.get_parameters()]
    if taken != wanted:
        return Finding(
            "statement",
            subject,
            is_ok=False,
            message=f"takes {', '.join(taken)} where its signature says {', '.join(wanted)}",
        )
    promised = [(name, _wire_name(type_name)) for name, type_name in service.result_columns]
    returned = [(attribute.name, attribute.type.name) for attribute in prepared.get_attributes()]
    if returned != promised:
        return Finding("statement", subject, is_ok=False, message=_result_fault(returned, promised))
    return Finding(
        "statement", subject, is_ok=True, message=f"prepares, and returns {len(returned)} columns as promised"
    )


def _result_fault(returned: list[tuple[str, str]], promised: list[tuple[str, str]]) -> str:
    if len(returned) != len(promised):
        return f"returns {len(returned)} columns where its signature promises {len(promised)}"
    place, (got, want) = next(
        (place, pair) for place, pair in enumerate(zip(returned, promised, strict=True), start=1) if pair[0] != pair[1]
    )
    return f"returns {got[0]} {got[1]} as column {place} where its signature promises {want[0]} {want[1]}"


def _wire_name(type_name: ValueType) -> str:
    scalar = type_name.removesuffix("[]")
    return _wire_names.get(scalar, scalar) + type_name.removeprefix(scalar)
