"""What the server answers, as models for OpenAPI. Answers themselves are written as JSON straight from the records."""

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from feature_server.value_types import answer_examples, answer_types
from truepoint.compiled.registry import ParameterRole, Service, ValueType


class RowError(BaseModel):
    """Why one row has no values, or not all; the other rows of the request keep theirs.

    code value_error: the statement cannot take or compute the row's values; all of them are null.
    code not_finite: the features named in the message are NaN or infinite, and so given as null.
    """

    code: Literal["value_error", "not_finite"]
    message: str


class ServiceParameter(BaseModel):
    """A field of a request row."""

    name: str
    type: ValueType
    role: ParameterRole
    required: bool


class ServiceEntry(BaseModel):
    """A feature service: what it asks for and what it answers. notes: on the known times of the events it reads."""

    name: str
    description: str
    definition_version: str
    parameters: list[ServiceParameter]
    features: list[str]
    views: list[str]
    notes: list[str]


class ServiceList(BaseModel):
    """All services, by name."""

    services: list[ServiceEntry]


class FeatureEntry(BaseModel):
    """A feature as defined, and the services that answer with it.

    known_at_note: what is to be known of its events' known times, such as that no lateness is modelled.
    """

    name: str
    type: ValueType
    description: str
    view: str
    definition: dict[str, Any]
    services: list[str]
    known_at_note: str | None


class FeatureList(BaseModel):
    """All features, by name."""

    features: list[FeatureEntry]


class Health(BaseModel):
    """The process runs (healthz), or can answer requests (readyz)."""

    status: Literal["ok"]


def answer_model(service: Service) -> type[BaseModel]:
    """Return the model of one service's answer, with each feature's type and description."""
    title = "".join(part.capitalize() for part in service.name.split("_"))
    values = {
        f"feature_{position}": (
            answer_types[feature.type] | None,
            Field(alias=feature.name, description=feature.description),
        )
        for position, feature in enumerate(service.features)
    }
    found = {f"view_{position}": (bool | None, Field(alias=view.name)) for position, view in enumerate(service.views)}
    time_or_null = answer_types["timestamptz"] | None
    row = create_model(
        f"{title}AnswerRow",
        as_of=(
            time_or_null,
            Field(description="The time the values are as of. Null only with an error."),
        ),
        values=(_without_titles(f"{title}Values", values), Field(description="Each feature's value.")),
        found=(
            _without_titles(f"{title}Found", found),
            Field(description="Per view: is any event of the key known at as_of? Null only with an error."),
        ),
        error=(RowError | None, Field(description="Null when all is well.")),
    )
    return create_model(
        f"{title}Answer",
        service=(cast("Any", Literal[service.name]), ...),
        definition_version=(str, Field(description="Digest of the definitions that the values follow.")),
        rows=(list[row], Field(description="One per request row, in the same order.")),
    )


def example_answer(service: Service, *, as_of: object) -> dict[str, object]:
    """Return an answer in its form: each value stands for its type, since only the database knows the real one."""
    row = {
        "as_of": as_of,
        "values": {feature.name: answer_examples[feature.type] for feature in service.features},
        "found": {view.name: True for view in service.views},
        "error": None,
    }
    return {"service": service.name, "definition_version": service.definition_version, "rows": [row]}


def _without_titles(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    """The names stand there already; pydantic's titles would show the attribute names."""

    def drop_titles(schema: dict[str, Any]) -> None:
        for field in schema.get("properties", {}).values():
            field.pop("title", None)

    config = ConfigDict(title=name, json_schema_extra=drop_titles)
    return cast("type[BaseModel]", create_model(name, __config__=config, **fields))
