"""A first service over a table of events: source, staging, spine, view, service, analyses, training table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from truepoint.errors import ScaffoldError
from truepoint.scaffolding.catalogue import EventTable
from truepoint.scaffolding.features import choose_features
from truepoint.scaffolding.files import Written, render
from truepoint.scaffolding.project import DbtProject
from truepoint.scaffolding.roles import Roles, slug


@dataclass(frozen=True)
class ServiceFiles:
    """What to write, and the names that the next commands need.

    view, exposure: the files that define the features, and that list them.
    """

    texts: Mapping[Path, str]
    service: str
    staging: str
    analyses: Path
    view: Path
    exposure: Path
    features: tuple[str, ...]

    def features_lacking(self, result: Written) -> tuple[str, ...]:
        """Features that a new service lists, and that the view, which was there, does not name."""
        if self.view not in result.left or self.exposure in result.left:
            return ()
        text = self.view.read_text(encoding="utf-8")
        return tuple(name for name in self.features if not re.search(rf"\b{name}\b", text))


def service_files(project: DbtProject, table: EventTable, roles: Roles, service: str | None) -> ServiceFiles:
    """Render every file. Names of models that the project has elsewhere get the prefix truepoint_.

    Raises ScaffoldError where the project has a relation of these events.
    """
    table_slug = slug(table.name)
    entity = "_".join(_entity_name(staged.name) for staged in roles.entities)
    subject = f"{entity}_{table_slug}"
    name = service or subject
    taken = project.models_named()

    def free(model: str, folder: str) -> tuple[str, Path]:
        path = project.models / folder / f"{model}.sql"
        if taken.get(model, path) != path:
            path = project.models / folder / f"truepoint_{model}.sql"
        return path.stem, path

    staging, staging_path = free(f"stg_{table_slug}", "staging")
    spine, spine_path = free(f"spine_{table_slug}", "marts")
    view, view_path = free(f"{subject}_features", "features")
    # Its name says of which service it is.
    training, training_path = f"training_{name}", project.models / "marts" / f"training_{name}.sql"
    source_path = project.models / "staging" / f"_{slug(table.schema)}_{table_slug}.yml"
    own_names = (slug(table.schema), table_slug)
    known = next(
        (
            found
            for found in project.sources()
            if (found.schema, found.identifier) == (table.schema, table.name)
            or (found.source, found.table) == own_names
        ),
        None,
    )
    # A second relation of events over one table would have the ids of the first, under another name.
    others = [model for model in (project.event_models(known) if known else []) if model != staging]
    if others:
        raise ScaffoldError(
            f"the project has events of {table.schema}.{table.name} already, in the model {others[0]}. Write views "
            "over that one, and a service with their features."
        )
    features = choose_features(roles, entity=entity, table=table_slug)
    values = {
        "source": known.source if known else own_names[0],
        "schema": table.schema,
        "table": known.table if known else own_names[1],
        "table_name": table.name,
        "table_comment": table.comment,
        "columns": roles.columns,
        "left_out": roles.left_out,
        "entities": roles.entities,
        "entity_name": entity.replace("_", " "),
        "event_id": roles.event_id,
        "event_time": roles.event_time,
        "known_at": roles.known_at,
        "staging": staging,
        "spine": spine,
        "view": view,
        "training": training,
        "service": name,
        "features": features,
    }
    online_path = project.analyses / "online" / f"{name}.sql"
    statement_path = project.analyses / "training" / f"{name}_training.sql"
    places = {
        staging_path: "events/staging",
        spine_path: "events/spine",
        view_path: "events/view",
        training_path: "events/training",
        online_path: "events/online",
        statement_path: "events/training_statement",
    }
    if not project.has_lake_export():
        places[project.analyses / "lake" / "lake_export.sql"] = "events/lake"
    texts = {}
    if known is None or source_path.exists():
        texts[source_path] = render("events/source.yml", values)
    for path, template in places.items():
        texts[path] = render(f"{template}.sql", values)
        texts[path.with_suffix(".yml")] = render(f"{template}.yml", values)
    exposure_path = project.models / "services" / f"{name}.yml"
    texts[exposure_path] = render("events/service.yml", values)
    return ServiceFiles(
        texts=texts,
        service=name,
        staging=staging,
        analyses=project.analyses,
        view=view_path.with_suffix(".yml"),
        exposure=exposure_path,
        features=tuple(feature.name for feature in features),
    )


def _entity_name(key: str) -> str:
    """customer_id names a customer."""
    return key.removesuffix("_id").removesuffix("_key") or key
