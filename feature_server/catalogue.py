"""GET /v1/services and GET /v1/features: what can be asked, from the manifest alone."""

from fastapi import APIRouter

from feature_server.answer_models import FeatureEntry, FeatureList, ServiceEntry, ServiceList, ServiceParameter
from feature_server.state import ServingDependency
from truepoint.compiled.registry import Registry

router = APIRouter(tags=["catalogue"])


@router.get("/v1/services")
async def list_services(serving: ServingDependency) -> ServiceList:
    """List the feature services: what each asks for and answers."""
    return ServiceList(
        services=[
            ServiceEntry(
                name=service.name,
                description=service.description,
                definition_version=service.definition_version,
                parameters=[
                    ServiceParameter(
                        name=parameter.name, type=parameter.type, role=parameter.role, required=parameter.is_required
                    )
                    for parameter in service.parameters
                ],
                features=[feature.name for feature in service.features],
                views=[view.name for view in service.views],
                notes=list(service.notes),
            )
            for service in serving.registry.services.values()
        ]
    )


@router.get("/v1/features")
async def list_features(serving: ServingDependency) -> FeatureList:
    """List the features: type, meaning, definition, and the services that answer with them."""
    return FeatureList(features=feature_entries(serving.registry))


def feature_entries(registry: Registry) -> list[FeatureEntry]:
    """Return every feature once, by name. A feature has one definition, whichever services it is in."""
    entries: dict[str, FeatureEntry] = {}
    for service in registry.services.values():
        notes = {relation.name: relation.known_at_note for relation in service.relations}
        notes_by_view = {view.name: notes.get(view.events) for view in service.views}
        for feature in service.features:
            entry = entries.setdefault(
                feature.name,
                FeatureEntry(
                    name=feature.name,
                    type=feature.type,
                    description=feature.description,
                    view=feature.view,
                    definition=dict(feature.definition),
                    services=[],
                    known_at_note=notes_by_view.get(feature.view),
                ),
            )
            entry.services.append(service.name)
    return [entries[name] for name in sorted(entries)]
