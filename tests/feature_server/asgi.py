"""Driving the application in process: its lifespan, then requests by an httpx client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI


class StartFailedError(Exception):
    """The lifespan did not start; the text is what the server would log."""


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application as a server would, and stop it in the end."""
    state: dict[str, Any] = {}
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[Any] = asyncio.Queue()
    lifespan = asyncio.create_task(
        app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}, received.get, sent.put)
    )
    await received.put({"type": "lifespan.startup"})
    started = await sent.get()
    if started["type"] == "lifespan.startup.failed":
        await asyncio.gather(lifespan, return_exceptions=True)
        raise StartFailedError(started["message"])

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    transport = httpx.ASGITransport(app=with_state)  # raises what the application lets through
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        yield client
    await received.put({"type": "lifespan.shutdown"})
    assert (await sent.get())["type"] == "lifespan.shutdown.complete"
    await lifespan
