"""`truepoint serve`: answer features over HTTP."""

from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; TRUEPOINT_SERVER_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port to listen on; TRUEPOINT_SERVER_PORT, else 8000. 0 takes a free one.", min=0, max=65535),
    ] = None,
) -> None:
    """Serve the features of the online manifest, from TRUEPOINT_DSN or the embedded Postgres.

    Ends with one sentence when manifest and database disagree, or the database is not there.
    """
    import uvicorn

    from feature_server.connections import BoundedConnection
    from feature_server.main import create_app
    from feature_server.settings import load_server_settings
    from truepoint.postgres.warehouse import ensure_warehouse
    from truepoint.settings import load_settings

    settings = load_settings()
    given = {"host": host, "port": port}
    server_settings = load_server_settings(
        dsn=ensure_warehouse(settings) if settings.dsn is None else settings.dsn.get_secret_value(),
        **{name: value for name, value in given.items() if value is not None},
    )
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(server_settings),
            host=server_settings.host,
            port=server_settings.port,
            access_log=False,
            http=BoundedConnection,
            timeout_graceful_shutdown=server_settings.shutdown_timeout_seconds,
        )
    )
    try:
        server.run()
    except SystemExit as error:  # uvicorn's way to say that the start failed; the log has the sentence
        raise typer.Exit(1) from error
