"""POST /v1/features: the values of a service's features, computed now by its compiled statement."""

import time

import pydantic_core
from fastapi import APIRouter, Request, Response

from feature_server.bodies import read_json_body
from feature_server.state import DatabaseDependency, ServingDependency

router = APIRouter(tags=["features"])


@router.post("/v1/features", response_class=Response)
async def answer_features(request: Request, serving: ServingDependency, database: DatabaseDependency) -> Response:
    """Compute the features of one service for 1 to 1,000 rows, each as of its own time."""
    request.state.started = time.monotonic()
    settings = serving.settings
    with serving.admission.body() as held:
        body = await read_json_body(
            request, held, max_body_bytes=settings.max_body_bytes, timeout_seconds=settings.body_timeout_seconds
        )
        with serving.admission.request():
            asked = serving.reader.read(body)
            request.state.service, request.state.rows = asked.service, len(asked.rows)
            service = serving.registry.services[asked.service]
            rows = await serving.answerers[service.name].answer(asked.rows, database=database)
    answer = {"service": service.name, "definition_version": service.definition_version, "rows": rows}
    # Pydantic's own writer: doubles as the shortest text that reads back to the same bits, integers in full.
    return Response(pydantic_core.to_json(answer), media_type="application/json")
