"""GET /healthz and GET /readyz, for whoever restarts the process or routes requests to it."""

from fastapi import APIRouter

from feature_server.answer_models import Health
from feature_server.state import DatabaseDependency, ServingDependency

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process runs. A database that is away does not change that: a restart would not mend it."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz(database: DatabaseDependency, serving: ServingDependency) -> Health:
    """Say whether requests can be answered now, by running every service's statement: 503 while one cannot be."""
    await database.check_ready(serving.registry.services.values())
    return Health(status="ok")
