"""Reading a request's body: bounded, and only when it is declared as JSON."""

import asyncio
from email.message import Message

from fastapi import Request

from feature_server.admission import HeldBody
from feature_server.errors import BodyTimeoutError, BodyTooLargeError, UnsupportedMediaTypeError


async def read_json_body(request: Request, held: HeldBody, *, max_body_bytes: int, timeout_seconds: float) -> bytes:
    """Return the body's bytes, read no further and no longer than allowed.

    Raises UnsupportedMediaTypeError, BodyTooLargeError, BodyTimeoutError, OverloadedError.
    """
    content_type = request.headers.get("content-type", "")
    if content_type != "application/json" and not _is_json(content_type):
        raise UnsupportedMediaTypeError("The body must be JSON, declared by the header Content-Type: application/json.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > max_body_bytes:
        raise _too_large(max_body_bytes)
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(timeout_seconds):
            async for chunk in request.stream():
                held.add(len(chunk))
                if held.size > max_body_bytes:
                    raise _too_large(max_body_bytes)
                chunks.append(chunk)
    except TimeoutError:
        raise BodyTimeoutError(
            f"The body has not come within {timeout_seconds:g} s: {held.size:,} bytes of it have. Send it again.",
            headers={"connection": "close"},
        ) from None
    return b"".join(chunks)


def _too_large(max_body_bytes: int) -> BodyTooLargeError:
    # The rest of the body is not read, so the connection cannot be used again.
    return BodyTooLargeError(
        f"The body may have {max_body_bytes:,} bytes at most. Ask in parts.", headers={"connection": "close"}
    )


def _is_json(content_type: str) -> bool:
    header = Message()
    header["content-type"] = content_type
    return header.get_content_maintype() == "application" and (
        header.get_content_subtype() == "json" or header.get_content_subtype().endswith("+json")
    )
