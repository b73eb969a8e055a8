"""The OpenAPI document: the typed requests and answers of every service, with examples."""

from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from feature_server.answer_models import answer_model, example_answer
from feature_server.errors import ErrorAnswer
from feature_server.request_models import example_row, request_model
from truepoint.compiled.registry import Registry

if TYPE_CHECKING:
    from pydantic import BaseModel

_REFERENCE: Final = "#/components/schemas/{model}"
_error_statuses: Final = {
    "400": "The body is not JSON.",
    "404": "No such service or path.",
    "413": "The body has too many bytes.",
    "415": "The body is not declared as JSON.",
    "422": "Fields are missing or mistyped, there are too many rows, or an as_of lies in the future.",
    "503": "The database is away, busy or too slow. Ask again after the seconds in Retry-After.",
}


def install_openapi(app: FastAPI, *, registry: Registry, max_rows: int) -> None:
    """Complete FastAPI's document, once, with what is read and written beside its own models."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, registry=registry, max_rows=max_rows)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _document(app: FastAPI, *, registry: Registry, max_rows: int) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    requests = {name: request_model(service, max_rows=max_rows) for name, service in registry.services.items()}
    answers = {name: answer_model(service) for name, service in registry.services.items()}
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in requests.values()]
    models += [(model, "serialization") for model in answers.values()]
    models.append((ErrorAnswer, "serialization"))
    references, definitions = models_json_schema(models, ref_template=_REFERENCE)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(definitions["$defs"])
    request_references = {name: references[model, "validation"]["$ref"] for name, model in requests.items()}
    answer_references = {name: references[model, "serialization"]["$ref"] for name, model in answers.items()}
    error = references[ErrorAnswer, "serialization"]

    operation = document["paths"]["/v1/features"]["post"]
    operation["requestBody"] = {
        "required": True,
        "content": {
            "application/json": {
                "schema": _one_of(request_references),
                "examples": {
                    name: {"summary": service.description, "value": {"service": name, "rows": [example_row(service)]}}
                    for name, service in registry.services.items()
                },
            }
        },
    }
    operation["responses"]["200"] = {
        "description": "The values, one row per request row. A row that failed alone carries an error.",
        "content": {
            "application/json": {
                "schema": _one_of(answer_references),
                "examples": {
                    name: {
                        "summary": "The form of an answer; each value stands for its type.",
                        "value": example_answer(service, as_of=example_row(service)["as_of"]),
                    }
                    for name, service in registry.services.items()
                },
            }
        },
    }
    operation["responses"] |= {status: _error(text, error) for status, text in _error_statuses.items()}
    document["paths"]["/readyz"]["get"]["responses"]["503"] = _error(_error_statuses["503"], error)
    return document


def _one_of(references: dict[str, str]) -> dict[str, Any]:
    return {
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "service", "mapping": references},
    }


def _error(description: str, reference: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": reference}}}
