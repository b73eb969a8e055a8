"""What dbt built and compiled, to be run again by a test over tables that it changed.

The text of a model or of a dbt test does not change with the data. So it is compiled once, and executed as it is.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.dbt_runner import DbtProject

if TYPE_CHECKING:
    import psycopg

Nodes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class BuiltProject:
    """A dbt project, and the manifest of its last build."""

    project: DbtProject

    @cached_property
    def _nodes(self) -> Nodes:
        nodes: Nodes = json.loads((self.project.target_path / "manifest.json").read_bytes())["nodes"]
        return nodes

    def model(self, name: str) -> str:
        """The select of a model."""
        return str(self._nodes[f"model.payments.{name}"]["compiled_code"])

    def relation(self, name: str) -> str:
        """The relation that dbt built of a model, quoted."""
        return str(self._nodes[f"model.payments.{name}"]["relation_name"])

    def test(self, name: str, *, on: str) -> str:
        """The select of the one dbt test of that kind on a model: it gives the failing rows."""
        (node,) = (
            node
            for node in self._nodes.values()
            if node["resource_type"] == "test"
            and node["test_metadata"]["name"] == name
            and node["attached_node"] == f"model.payments.{on}"
        )
        return str(node["compiled_code"])

    def failures(self, connection: "psycopg.Connection[Any]", test: str, *, on: str) -> set[str]:
        """What a dbt test says of the tables as `connection` sees them: the first column of the failing rows."""
        return {row[0] for row in connection.execute(self.test(test, on=on))}
