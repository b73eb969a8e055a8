"""Two states of a project's definitions, compared: features, services, and who is touched."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from truepoint.compiled.definitions import DefinedFeature, Definitions

Change = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class FeatureChange:
    """What happens to a feature. digest: before and after, None where it is not there. because: in words.

    services: that have it, before or after. tables: models of tables that are built from its view, with the view's own.
    """

    name: str
    change: Change
    view: str
    digest: tuple[str | None, str | None]
    because: tuple[str, ...]
    services: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class ServiceChange:
    """What happens to a service: features by what happens to them, and its definition version before and after."""

    name: str
    change: Change
    version: tuple[str | None, str | None]
    gains: tuple[str, ...]
    loses: tuple[str, ...]
    changed: tuple[str, ...]


def compare_features(before: Definitions | None, after: Definitions) -> tuple[FeatureChange, ...]:
    """Every feature that is added, changed or removed, by name. before: None where nothing was compiled yet."""
    old: Mapping[str, DefinedFeature] = before.features if before else {}
    changes = []
    for name in sorted({*old, *after.features}):
        was, now = old.get(name), after.features.get(name)
        if was and now and was.digest == now.digest:
            continue
        change: Change = "changed" if was and now else "added" if now else "removed"
        of = now or was
        assert of is not None  # noqa: S101 # its name comes from one of the two
        states = [state for state in (before, after) if state]
        changes.append(
            FeatureChange(
                name=name,
                change=change,
                view=of.view,
                digest=(was.digest if was else None, now.digest if now else None),
                because=_reasons(was, now) if was and now else (),
                services=tuple(
                    sorted({service for state in states for service, names in state.services.items() if name in names})
                ),
                tables=tuple(
                    sorted(
                        {
                            table.model
                            for state in states
                            for table in state.tables.values()
                            if table.model == of.view or of.view in table.inputs
                        }
                    )
                ),
            )
        )
    return tuple(changes)


def compare_services(
    before: Definitions | None,
    after: Definitions,
    versions: tuple[Mapping[str, str], Mapping[str, str]],
    features: tuple[FeatureChange, ...],
) -> tuple[ServiceChange, ...]:
    """Every service that is added, changed or removed. versions: each service's, before and after."""
    old = before.services if before else {}
    moved = {feature.name for feature in features if feature.change == "changed"}
    changes = []
    for name in sorted({*old, *after.services}):
        was, now = old.get(name, ()), after.services.get(name, ())
        version = (versions[0].get(name), versions[1].get(name))
        changed = tuple(feature for feature in now if feature in was and feature in moved)
        if was == now and version[0] == version[1] and not changed:
            continue
        change: Change = "added" if name not in old else "removed" if name not in after.services else "changed"
        changes.append(
            ServiceChange(
                name=name,
                change=change,
                version=version,
                gains=tuple(feature for feature in now if feature not in was),
                loses=tuple(feature for feature in was if feature not in now),
                changed=changed,
            )
        )
    return tuple(changes)


def _reasons(was: DefinedFeature, now: DefinedFeature) -> tuple[str, ...]:
    """What of a feature has changed: each key of its definition as before and after, else what lies under it."""
    definition = [
        f"{key}: {_shown(was.definition.get(key))} -> {_shown(now.definition.get(key))}"
        for key in dict.fromkeys((*was.definition, *now.definition))
        if was.definition.get(key) != now.definition.get(key)
    ]
    view = [] if was.view == now.view else [f"moved from {was.view} to {now.view}"]
    parts = [
        f"{part} changed"
        for part in dict.fromkeys((*was.parts, *now.parts))
        if part != "definition" and was.parts.get(part) != now.parts.get(part)
    ]
    return (*definition, *view, *parts)


def _shown(value: object) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)
