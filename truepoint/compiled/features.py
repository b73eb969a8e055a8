"""The features of all services, each once, for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from truepoint.compiled.registry import Feature, Registry, ValueType
from truepoint.errors import ManifestError


@dataclass(frozen=True)
class ListedFeature:
    """A feature, and who uses it. entity and events are empty for one that is derived from others."""

    name: str
    type: ValueType
    view: str
    entity: tuple[str, ...]
    events: str
    services: tuple[str, ...]
    description: str
    definition: Mapping[str, object]


def list_features(registry: Registry) -> tuple[ListedFeature, ...]:
    """Every feature that a service has, by name."""
    users: dict[str, list[str]] = {}
    features: dict[str, tuple[Feature, tuple[str, ...], str]] = {}
    for service in registry.services.values():
        views = {view.name: view for view in service.views}
        for feature in service.features:
            view = views.get(feature.view)
            features[feature.name] = (feature, view.entity, view.events) if view else (feature, (), "")
            users.setdefault(feature.name, []).append(service.name)
    return tuple(
        ListedFeature(
            name=name,
            type=feature.type,
            view=feature.view,
            entity=entity,
            events=events,
            services=tuple(users[name]),
            description=feature.description,
            definition=feature.definition,
        )
        for name, (feature, entity, events) in sorted(features.items())
    )


def find_feature(registry: Registry, name: str) -> ListedFeature:
    """The feature of a name. Raises ManifestError that names the nearest ones."""
    features = {feature.name: feature for feature in list_features(registry)}
    if name not in features:
        near = get_close_matches(name, features, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(features)}."
        raise ManifestError(f"no service has a feature {name}: {hint}")
    return features[name]
