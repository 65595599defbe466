"""One call over HTTP, by the standard library alone, repeated where that is safe."""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

_TIMEOUT = 45  # seconds; three of the comment lines with which a silent event stream shows that it is alive
_RETRIES = 4
_LONGEST_WAIT = 60  # seconds: where Retry-After says more, the error is raised
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 30  # seconds
_BUSY = (429, 503)

BROKEN = (OSError, http.client.HTTPException)
"""What a call raises that gets no answer, or a part of it; URLError is an OSError."""


class ApiError(Exception):
    """An answer of 400 or more. `problem` is its problem+json (RFC 9457), empty where the answer had none."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float | None = None) -> None:
        self.status, self.problem, self.retry_after = status, problem, retry_after
        fields = "".join(f"\n  {name}: {' '.join(faults)}" for name, faults in self.errors.items())
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', 'the answer says no more')}{fields}")

    @property
    def kind(self) -> str:
        """The problem's name, such as `checkpoint-not-found`; docs/api.md lists them."""
        return str(self.problem.get("type", "")).rsplit(":", 1)[-1]

    @property
    def errors(self) -> dict[str, list[str]]:
        """The rules that each invalid field breaks."""
        return self.problem.get("errors", {})

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed later: the service starts, is busy or is unreachable for a proxy."""
        return self.status in (*_BUSY, 502, 504)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)  # a list is a parameter that is repeated
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Transport:
    def __init__(self, url: str, key: str | None) -> None:
        self._url, self._key = url.rstrip("/"), key

    def send(self, call: Call, read: Callable[[http.client.HTTPResponse], T]) -> T:
        """Sends a call until it is answered. It is repeated after a 429 or a 503, by which the service asks for that; after a broken
        connection only a GET is, and a POST whose `Idempotency-Key` makes the service do it once.
        """
        failures = 0
        while True:
            try:
                with self.open(call) as answer:
                    return read(answer)
            except (ApiError, *BROKEN) as error:
                failures += 1
                wait = wait_after(error, failures)
                if not _is_repeatable(call, error) or failures > _RETRIES or wait > _LONGEST_WAIT:
                    raise
            time.sleep(wait)

    def open(self, call: Call) -> http.client.HTTPResponse:
        """One attempt. A 304 is an answer."""
        query = f"?{urllib.parse.urlencode(call.query, doseq=True)}" if call.query else ""
        headers = {**call.headers, **({"X-API-Key": self._key} if self._key else {})}
        request = urllib.request.Request(self._url + call.path + query, call.body, headers, method=call.method)
        try:
            return urllib.request.urlopen(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            if error.code == 304:
                return error  # type: ignore[return-value]  # it has an answer's interface
            with error:
                raise ApiError(error.code, _problem_of(error), retry_after(error.headers.get("Retry-After"))) from None


def quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Seconds of a `Retry-After` (RFC 9110, section 10.2.3), a number or a date; None where there is none."""
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - (time.time() if now is None else now))
    except (TypeError, ValueError):
        return None


def wait_after(error: Exception, failures: int) -> float:
    """Seconds before a repetition: those that the service names, else twice as many after each failure in a row, half of them random."""
    named = error.retry_after if isinstance(error, ApiError) else None
    if named is not None:
        return named
    return min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2 ** (failures - 1)) * (0.5 + 0.5 * random.random())


def _is_repeatable(call: Call, error: Exception) -> bool:
    if isinstance(error, ApiError):
        return error.status in _BUSY
    return call.method == "GET" or "Idempotency-Key" in call.headers


def _problem_of(error: urllib.error.HTTPError) -> dict[str, Any]:
    if error.headers.get_content_type() != "application/problem+json":
        return {}
    try:
        return json.load(error)
    except (ValueError, *BROKEN):
        return {}
