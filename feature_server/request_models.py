"""Typed request models, built from the signatures of the manifest, and the reading of a body by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, TypeAdapter, ValidationError, create_model
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from feature_server.errors import (
    MAX_DETAILS,
    ApiError,
    ErrorDetail,
    InvalidJsonError,
    InvalidRequestError,
    TooManyRowsError,
    UnknownServiceError,
    shortened,
)
from feature_server.repeated_names import refuse_repeated_names
from feature_server.value_types import request_types
from truepoint.compiled.registry import Parameter, Registry, Service

_role_words: Final = {
    "entity": "Key. Required; null finds no events.",
    "request": "Of the transaction being decided. Required; null when not known.",
    "event": "Id of the event being decided: it is never counted. Leave it out when it is not stored yet.",
    "as_of": "Time of the decision. Left out or null: the database's now. Never later than that.",
}


class FeatureRequest(BaseModel):
    """What the model of every service has in common. A row's values lie under attribute_name(position)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str
    rows: Sequence[BaseModel]


@dataclass(frozen=True)
class RequestReader:
    """Reads bodies of POST /v1/features for every service of a registry."""

    registry: Registry
    max_rows: int
    adapter: TypeAdapter[FeatureRequest]

    def read(self, body: bytes) -> FeatureRequest:
        """Return the request, or raise the ApiError that says everything that is wrong with it."""
        try:
            request = self.adapter.validate_json(body)
        except ValidationError as error:
            raise self._explain(error) from None
        refuse_repeated_names(body)
        return request

    def _explain(self, error: ValidationError) -> ApiError:
        faults = error.errors(include_url=False)
        first = faults[0]
        if first["type"] == "json_invalid":
            return InvalidJsonError(f"The body is not JSON: {first['ctx']['error']}.")
        if first["type"] == "union_tag_invalid":
            return self._wrong_service(first["input"]["service"])
        if not first["loc"]:  # of the body itself
            return self._no_service(first["input"])
        for fault in faults:
            if fault["type"] == "too_long" and fault["loc"][-1] == "rows":
                return TooManyRowsError(
                    f"A request may hold {self.max_rows:,} rows at most; this one holds more. Ask in parts.",
                    details=[ErrorDetail(field="rows", message=f"at most {self.max_rows:,} rows")],
                )
        service = self.registry.services[str(first["loc"][0])]
        details = [_detail(fault, service) for fault in faults[:MAX_DETAILS]]
        more = f" Shown are the first {MAX_DETAILS} of {len(faults)}." if len(faults) > MAX_DETAILS else ""
        where = "" if details[0].row is None else f"row {details[0].row}, "
        return InvalidRequestError(f"{where}{details[0].field or 'body'}: {details[0].message}.{more}", details=details)

    def _wrong_service(self, given: object) -> ApiError:
        allowed = ", ".join(self.registry.services)
        message = f"must be one of: {allowed}"
        details = [ErrorDetail(field="service", message=message, given=shortened(given))]
        if isinstance(given, str):
            return UnknownServiceError(
                f"There is no service {shortened(given)!r}. There are: {allowed}.", details=details
            )
        return InvalidRequestError(f"service: {message}.", details=details)

    def _no_service(self, given: object) -> ApiError:
        if isinstance(given, dict):
            message = f"is missing; it is one of: {', '.join(self.registry.services)}"
            return InvalidRequestError(f"service: {message}.", details=[ErrorDetail(field="service", message=message)])
        message = 'must be an object, as in {"service": "...", "rows": [{...}]}'
        return InvalidRequestError(
            f"The body {message}.", details=[ErrorDetail(message=message, given=shortened(given))]
        )


def build_request_reader(registry: Registry, *, max_rows: int) -> RequestReader:
    """Build the typed models of all services; they are told apart by `service`."""
    models = {service.name: request_model(service, max_rows=max_rows) for service in registry.services.values()}
    union = cast("type[FeatureRequest]", Annotated[Any, _ByService(models)])
    return RequestReader(registry=registry, max_rows=max_rows, adapter=TypeAdapter(union))


def attribute_name(position: int) -> str:
    """Name of a parameter's attribute on a row model; as its own name, pydantic would refuse some (`json`, `copy`)."""
    return f"parameter_{position}"


def request_model(service: Service, *, max_rows: int) -> type[FeatureRequest]:
    """Return the model of one service's request; every parameter is a typed, nullable field of its rows."""
    title = _title(service.name)
    fields: dict[str, Any] = {
        attribute_name(position): _field(parameter, example=_example(service, parameter))
        for position, parameter in enumerate(service.parameters)
    }
    row_model = create_model(
        f"{title}Row",
        __config__=ConfigDict(extra="forbid", title=f"{title}Row", json_schema_extra=_drop_titles),
        **fields,
    )
    return create_model(
        f"{title}Request",
        __base__=FeatureRequest,
        __doc__=service.description,
        service=(cast("Any", Literal[service.name]), Field(description="Name of the feature service.")),
        rows=(
            Annotated[list[row_model], Field(min_length=1, max_length=max_rows)],
            Field(description=f"1 to {max_rows:,} rows, answered in this order."),
        ),
    )


def example_row(service: Service) -> dict[str, object]:
    """Return a row that the service takes: of the service's own example, and by type where that says nothing."""
    return {
        parameter.name: _example(service, parameter)
        for parameter in service.parameters
        if parameter.role != "event" or parameter.name in (service.example or {})
    }


@dataclass(frozen=True)
class _ByService:
    """A union told apart by `service`, also when there is one service alone."""

    models: Mapping[str, type[FeatureRequest]]

    def __get_pydantic_core_schema__(self, _source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            {name: handler.generate_schema(model) for name, model in self.models.items()}, discriminator="service"
        )


def _field(parameter: Parameter, *, example: object) -> tuple[Any, Any]:
    request_type = request_types[parameter.type]
    return (
        request_type.annotation | None,
        Field(
            default=... if parameter.is_required else None,
            alias=parameter.name,
            description=_role_words[parameter.role],
            examples=[example],
        ),
    )


def _example(service: Service, parameter: Parameter) -> object:
    given = service.example or {}
    if parameter.name in given:
        return given[parameter.name]
    if parameter.type != "text" or parameter.role == "as_of":
        return request_types[parameter.type].example
    if parameter.name.endswith("country"):
        return "EE"
    return f"{parameter.name.removesuffix('_id')[:1]}-1" if parameter.name.endswith("_id") else "text"


def _drop_titles(schema: dict[str, Any]) -> None:
    """The names stand there already; pydantic's titles would show the attribute names."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _detail(fault: ErrorDetails, service: Service) -> ErrorDetail:
    """Turn a fault of pydantic, at (service, "rows", row, field), into ours."""
    row, field = _place(fault["loc"][1:])
    if fault["type"] == "missing":
        needs_null = " (null when it is not known)" if row is not None else ""
        return ErrorDetail(row=row, field=field, message=f"is missing; it must be given{needs_null}")
    given = shortened(fault["input"])
    if fault["type"] == "extra_forbidden":
        allowed = "service, rows" if row is None else _names(service.parameters)
        return ErrorDetail(row=row, field=field, message=f"is not known here; there are: {allowed}", given=given)
    if row is None:
        return ErrorDetail(field=field, message="must be a list of at least one row", given=given)
    parameter = next((parameter for parameter in service.parameters if parameter.name == field), None)
    if parameter is None:
        return ErrorDetail(row=row, message=f"must be an object with: {_names(service.parameters)}", given=given)
    message = f"must be {request_types[parameter.type].allowed}, or null"
    if fault["type"] == "timezone_aware":
        message = f"has no offset from UTC (add Z or one such as +02:00); it {message}"
    return ErrorDetail(row=row, field=field, message=message, given=given)


def _place(location: tuple[int | str, ...]) -> tuple[int | None, str | None]:
    """Return row and field of a location such as ("rows", 3, "account_id", ...) or ("rows",)."""
    if len(location) > 1 and location[0] == "rows" and isinstance(location[1], int):
        return location[1], str(location[2]) if len(location) > 2 else None
    return None, shortened(str(location[0])) if location else None


def _names(parameters: Iterable[Parameter]) -> str:
    return ", ".join(parameter.name for parameter in parameters)
