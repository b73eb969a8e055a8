"""A feature server that answers from a table of rows, and can be told to answer wrongly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = dict[str, Any]


@dataclass
class FakeServer:
    """An ASGI app.

    values: event_id -> the row's values; found: what is said of a row's keys, by view. Each answer passes through
        `spoil` before it is sent.
    refusals: (status, headers, body) sent in place of the first answers, one per request.
    """

    values: Mapping[str, Mapping[str, Any]]
    definition_version: str
    found: Callable[[Answer], Answer] = lambda row: {}
    spoil: Callable[[Answer], Any] = lambda answer: answer
    refusals: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, headers, content = self._answer(scope["path"], body)
        sent_headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": sent_headers})
        await send({"type": "http.response.body", "body": content})
        self.under_way -= 1

    def _answer(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if path == "/healthz":
            return 200, {}, b'{"status": "ok"}'
        if self.refusals:
            return self.refusals.pop(0)
        request = json.loads(body)
        self.asked += request["rows"]
        rows = [
            {
                "as_of": row["as_of"],
                "values": dict(self.values[row["event_id"]]),
                "found": self.found(row),
                "error": None,
            }
            for row in request["rows"]
        ]
        answer = {"service": request["service"], "definition_version": self.definition_version, "rows": rows}
        return 200, {"content-type": "application/json"}, json.dumps(self.spoil(answer)).encode()
