"""Where a relation's columns come from: the base tables under it, and each column as an expression over one of them.

Read from a plan, in which Postgres has put all views together: what stands there is what an index or a guard can serve.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from truepoint.compiled.registry import RelationName
from truepoint.postgres.connecting import AsyncpgConnection

NAME: Final = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
# A plan of one process, in which no table is left out for being empty.
_PLANNER: Final = "set local max_parallel_workers_per_gather = 0; set local constraint_exclusion = off"
# The second relation is nothing; with two, each column in the plan has the name of its table before it.
_ASKED: Final = "asked"
_EXPLAIN: Final = (
    "explain (verbose, costs off, format json) select asked.* from {relation} as asked cross join (select) as nothing"
)
# The relation itself, then all that are reached from it by views, with their columns in order.
_COLUMNS_UNDER: Final = """
with recursive reached (oid, level) as (
    select relations.oid, 0
    from pg_catalog.pg_class as relations
    inner join pg_catalog.pg_namespace as schemas on schemas.oid = relations.relnamespace
    where schemas.nspname = $1 and relations.relname = $2
    union
    select depended.refobjid, 1
    from reached
    inner join pg_catalog.pg_rewrite as rules on rules.ev_class = reached.oid
    inner join pg_catalog.pg_depend as depended
        on depended.classid = 'pg_catalog.pg_rewrite'::regclass
        and depended.objid = rules.oid
        and depended.refclassid = 'pg_catalog.pg_class'::regclass
        and depended.refobjid <> reached.oid
)

select
    relations.relname::text as relation_name,
    array(
        select columns.attname::text from pg_catalog.pg_attribute as columns
        where columns.attrelid = relations.oid and columns.attnum > 0 and not columns.attisdropped
        order by columns.attnum
    ) as column_names
from (select oid, min(level) as level from reached group by oid) as reached
inner join pg_catalog.pg_class as relations on relations.oid = reached.oid and (relations.relkind = 'v' or level = 0)
order by reached.level, relations.oid
"""
ROOT: Final = """
select schemas.nspname::text as schema_name, roots.relname::text as table_name
from pg_catalog.pg_class as given
inner join pg_catalog.pg_namespace as given_schemas on given_schemas.oid = given.relnamespace
inner join pg_catalog.pg_class as roots on roots.oid = coalesce(pg_catalog.pg_partition_root(given.oid), given.oid)
inner join pg_catalog.pg_namespace as schemas on schemas.oid = roots.relnamespace
where given_schemas.nspname = $1 and given.relname = $2
"""


@dataclass(frozen=True)
class Origin:
    """One base table under a relation. A partition is told as its table.

    expressions: each column of the relation that comes from this table alone, as an expression over its columns.
    """

    schema: str
    table: str
    expressions: dict[str, str]

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}"


def quoted(name: str) -> str:
    """The name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def unquoted(expression: str) -> str | None:
    """The column's name, where the expression is a column and no more."""
    if re.fullmatch(NAME, expression) is None:
        return None
    return expression[1:-1].replace('""', '"') if expression.startswith('"') else expression


def column_under(expression: str) -> str | None:
    """The column that an expression shows, but for its type: a cast, or a time zone for a time without one."""
    inner = expression
    while True:
        bare = _without_outer_parentheses(inner).strip()
        bare = re.sub(r" AT TIME ZONE '[^']*'::text$", "", bare)
        bare = re.sub(r"^timezone\('[^']*'::text, (.*)\)$", r"\1", bare)
        bare = re.sub(r"::[a-z][a-z0-9_ ]*$", "", bare)
        if bare == inner:
            return unquoted(bare)
        inner = bare


async def find_origins(connection: AsyncpgConnection, relation: RelationName, columns: Sequence[str]) -> list[Origin]:
    """The base tables under a relation; each once for each part of a union. Raises asyncpg.PostgresError."""
    statement = _EXPLAIN.format(relation=f"{quoted(relation.schema)}.{quoted(relation.name)}")
    async with connection.transaction():
        await connection.execute(_PLANNER)
        plan = json.loads(await connection.fetchval(statement))[0]["Plan"]
    rows = await connection.fetch(_COLUMNS_UNDER, relation.schema, relation.name)
    names = {_ASKED: list(rows[0]["column_names"])} if rows else {}
    views = [(row["relation_name"], list(row["column_names"])) for row in rows]
    origins: list[Origin] = []
    for part, outputs in _parts(plan, names, views):
        scans = list(_scans(part))
        aliases = [scan["Alias"] for scan in scans]
        for scan in scans:
            root = await connection.fetchrow(ROOT, scan["Schema"], scan["Relation Name"])
            if root is None:
                continue
            found = {}
            for column in columns:
                if column not in names[_ASKED]:
                    continue  # told where relations are compared with the manifest
                place = names[_ASKED].index(column)
                expression = _over(outputs[place], scan["Alias"], aliases) if place < len(outputs) else None
                if expression is not None:
                    found[column] = expression
            origin = Origin(root["schema_name"], root["table_name"], found)
            if origin not in origins:
                origins.append(origin)
    return origins


_Views = list[tuple[str, list[str]]]


def _parts(
    node: dict[str, Any], names: dict[str, list[str]], views: _Views
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """The parts of a union, or of a partitioned table, each with the plan's columns over the part's tables."""
    plans = node.get("Plans", [])
    if node["Node Type"] in ("Append", "Merge Append"):
        for child in plans:
            yield from _parts(child, names, views)
    elif node["Node Type"] in ("Sort", "Incremental Sort", "Materialize", "Limit") and len(plans) == 1:
        yield from _parts(plans[0], names, views)
    elif node["Node Type"] == "Subquery Scan":
        for part, inner in _parts(plans[0], names, views):
            yield part, _put_in(node, inner, node.get("Output", []), names, views)
    else:
        outputs = node.get("Output", [])
        for scan in _subquery_scans(node):
            parts = list(_parts(scan["Plans"][0], names, views))
            if len(parts) == 1:
                outputs = _put_in(scan, parts[0][1], outputs, names, views)
        yield node, outputs


def _put_in(
    scan: dict[str, Any], inner: list[str], outputs: list[str], names: dict[str, list[str]], views: _Views
) -> list[str]:
    """Replace the columns of a view that Postgres has planned by itself, for its CTEs, by what they are within it."""
    columns = names.get(scan["Alias"])
    if columns is None:
        used = [unquoted(match) for output in scan.get("Output", []) for match in _columns_of(scan["Alias"], output)]
        fitting = [
            (name, of_view) for name, of_view in views if len(of_view) == len(inner) and set(used) <= set(of_view)
        ]
        named = [of_view for name, of_view in fitting if name == scan["Alias"]] or [of for _, of in fitting]
        if len(named) != 1:
            return outputs
        columns = named[0]
    for column, expression in zip(columns, inner, strict=False):
        pattern = re.compile(
            rf"{_named(scan['Alias']).pattern}(?:{re.escape(column)}|{re.escape(quoted(column))})(?![\w$\"])"
        )
        whole = expression if re.fullmatch(rf"(?:{NAME}\.)?{NAME}", expression) else f"({expression})"
        outputs = [pattern.sub(whole.replace("\\", r"\\"), output) for output in outputs]
    return outputs


def _columns_of(alias: str, output: str) -> list[str]:
    return re.findall(rf"{_named(alias).pattern}({NAME})", output)


def _subquery_scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for child in node.get("Plans", []):
        if child["Node Type"] == "Subquery Scan":
            yield child
        else:
            yield from _subquery_scans(child)


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", []):
        yield from _scans(child)


def _over(output: str, alias: str, aliases: list[str]) -> str | None:
    """The expression without its table's name, where it is over that table alone."""
    if "SubPlan" in output or any(_named(other).search(output) for other in aliases if other != alias):
        return None
    if not _named(alias).search(output):
        return None
    return _without_outer_parentheses(over_table(output, alias))


def over_table(text: str, alias: str) -> str:
    """Take the table's name, as the plan calls it, off its columns."""
    return _named(alias).sub("", text)


def _named(alias: str) -> "re.Pattern[str]":
    return re.compile(rf'(?<![\w$"])(?:{re.escape(alias)}|{re.escape(quoted(alias))})\.(?=[\w"])')


def _without_outer_parentheses(text: str) -> str:
    """Take off a pair that holds all of it."""
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for place, sign in enumerate(text):
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0 and place < len(text) - 1:
                return text
        text = text[1:-1]
    return text
