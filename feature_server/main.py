"""The application. To run it: `truepoint serve`, or

uvicorn feature_server.main:create_app --factory --host 127.0.0.1 --port 8000
"""

import logging
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from feature_server import catalogue, features, health
from feature_server.admission import Admission
from feature_server.answering import build_answerer
from feature_server.errors import install_error_handlers
from feature_server.lifespan import StartFailure, lifespan
from feature_server.logs import log_event, log_to_stderr
from feature_server.openapi import install_openapi
from feature_server.request_models import build_request_reader
from feature_server.settings import FeatureServerSettings, load_server_settings, unknown_variables
from feature_server.state import Serving
from truepoint.compiled.registry import load_registry
from truepoint.errors import TruepointError


def create_app(settings: FeatureServerSettings | None = None) -> FastAPI:
    """Build the application; without settings, from the environment.

    Nothing is opened before the lifespan starts. Raises ManifestError for a manifest that cannot be served; without
    settings, where uvicorn is the caller, the process ends with that one sentence instead.
    """
    if settings is not None:
        return _build(settings)
    try:
        return _build(load_server_settings())
    except TruepointError as error:
        raise SystemExit(f"truepoint: {error}") from None


def _build(settings: FeatureServerSettings) -> FastAPI:
    log_to_stderr()
    for variable, similar in unknown_variables().items():
        log_event(logging.WARNING, "unknown_setting", variable=variable, did_you_mean=similar)
    registry = load_registry(settings.manifest_path)
    app = FastAPI(
        title="truepoint feature server",
        version=_version(),
        description="Features computed on demand by the statements that dbt compiled, as of the time of each decision.",
        lifespan=lifespan,
        redirect_slashes=False,  # an unknown path is told so
    )
    app.state.serving = Serving(
        settings=settings,
        registry=registry,
        reader=build_request_reader(registry, max_rows=settings.max_rows),
        answerers={name: build_answerer(service) for name, service in registry.services.items()},
        admission=Admission(
            connections=settings.pool_size,
            max_waiting=settings.max_waiting,
            max_body_bytes=settings.max_body_bytes,
            retry_after_seconds=settings.retry_after_seconds,
        ),
    )
    for router in (features.router, catalogue.router, health.router):
        app.include_router(router)
    app.add_middleware(StartFailure)
    install_error_handlers(app, retry_after_seconds=settings.retry_after_seconds)
    install_openapi(app, registry=registry, max_rows=settings.max_rows)
    return app


def _version() -> str:
    try:
        return version("truepoint")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
