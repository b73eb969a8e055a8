"""What every request may use: made once when the server starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from feature_server.admission import Admission
from feature_server.answering import Answerer
from feature_server.database import Database
from feature_server.request_models import RequestReader
from feature_server.settings import FeatureServerSettings
from truepoint.compiled.registry import Registry


@dataclass(frozen=True)
class Serving:
    """What the manifest gives: how to read requests and how to answer them, by service."""

    settings: FeatureServerSettings
    registry: Registry
    reader: RequestReader
    answerers: Mapping[str, Answerer]
    admission: Admission


class LifespanState(TypedDict):
    """What the lifespan yields."""

    database: Database


# Both are async: FastAPI runs plain functions in a thread, which costs more than the rest of a request.
async def _serving(request: Request) -> Serving:
    return cast("Serving", request.app.state.serving)


async def _database(request: Request) -> Database:
    return cast("Database", request.state.database)


ServingDependency = Annotated[Serving, Depends(_serving)]
DatabaseDependency = Annotated[Database, Depends(_database)]
