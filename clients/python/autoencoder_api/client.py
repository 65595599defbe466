"""A client of the HTTP API, over the standard library alone."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import numpy as np

from .weights import Weights

_TIMEOUT = 45  # seconds; three of the comment lines with which a silent event stream shows that it is alive
_TERMINAL = ("succeeded", "failed", "cancelled")
_STREAM_ATTEMPTS = 3


class ApiError(Exception):
    """An answer of 400 or more. `problem` is its problem+json (RFC 9457), empty where the answer had none."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        fields = "".join(f"\n  {name}: {' '.join(faults)}" for name, faults in problem.get("errors", {}).items())
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', 'the answer says no more')}{fields}")

    @property
    def kind(self) -> str:
        """The problem's name, such as `checkpoint-not-found`; docs/api.md lists them."""
        return self.problem.get("type", "").rsplit(":", 1)[-1]


class Client:
    """Calls a service at `url`. Every method raises ApiError where the service refuses, URLError where it is not reached."""

    def __init__(self, url: str = "http://localhost:8080", key: str | None = None) -> None:
        self._url, self._key = url.rstrip("/"), key

    def submit(self, **settings: Any) -> dict[str, Any]:
        """Enqueues a training job: `submit(architecture="switch-unpool", steps=2000)`. Answers with the job."""
        return self._json("POST", "/v1/training-jobs", settings)

    def job(self, job_id: str) -> dict[str, Any]:
        return self._json("GET", f"/v1/training-jobs/{_quoted(job_id)}")

    def cancel(self, job_id: str) -> dict[str, Any]:
        return self._json("POST", f"/v1/training-jobs/{_quoted(job_id)}/cancel")

    def follow(self, job_id: str) -> Iterator[dict[str, Any]]:
        """What happens to a job until it ends, each with its `status` and `progress`; the last is the job itself.

        Server-sent events, taken up by Last-Event-ID where the stream breaks; by polling where it breaks again and again
        without an event, as behind a proxy that holds streams back.
        """
        last, attempts = "", 0
        while attempts < _STREAM_ATTEMPTS:
            attempts += 1
            try:
                for event, last, data in self._events(f"/v1/training-jobs/{_quoted(job_id)}/events", last):
                    attempts = 0
                    if event in ("progress", "ended"):
                        yield data
                    if event == "ended":
                        return
            except ApiError as error:
                if error.status < 500 and error.status != 429:
                    raise
            except (OSError, http.client.HTTPException):
                pass  # the stream broke: the next attempt goes on after the last event
            time.sleep(min(attempts, 1))
        yield from self._poll(job_id)

    def reconstruct(self, checkpoint: str, image: np.ndarray) -> np.ndarray:
        """The service's reconstruction [C, H, W] of one image [C, H, W] in [0, 1], by the checkpoint with this id or tag."""
        body = {"pixels": [float(value) for value in np.ravel(image)]}
        answer = self._json("POST", f"/v1/checkpoints/{_quoted(checkpoint)}/reconstruction", body)
        return np.asarray(answer["pixels"], np.float32).reshape(np.shape(image))

    def draw_reconstruction(self, checkpoint: str, image: bytes, **options: Any) -> bytes:
        """A PNG of the reconstruction of a PNG or JPEG; options as `layout="pair", scale=8`."""
        return self._image(f"/v1/checkpoints/{_quoted(checkpoint)}/reconstruction", image, options)

    def tiles(self, checkpoint: str, layer: str, image: bytes, **options: Any) -> bytes:
        """A PNG of a layer's feature maps for a PNG or JPEG; options as `count="all", scale=8, palette="viridis"`."""
        return self._image(f"/v1/checkpoints/{_quoted(checkpoint)}/layers/{_quoted(layer)}/tiles", image, options)

    def weights_file(self, checkpoint: str) -> bytes:
        """The checkpoint's safetensors file."""
        with self._open("GET", f"/v1/checkpoints/{_quoted(checkpoint)}/weights") as answer:
            return answer.read()

    def weights(self, checkpoint: str) -> Weights:
        return Weights.parse(self.weights_file(checkpoint))

    def onnx_file(self, checkpoint: str) -> bytes:
        """The checkpoint's network as an ONNX model."""
        with self._open("GET", f"/v1/checkpoints/{_quoted(checkpoint)}/onnx") as answer:
            return answer.read()

    def _poll(self, job_id: str) -> Iterator[dict[str, Any]]:
        while True:
            job = self.job(job_id)
            yield job
            if job["status"] in _TERMINAL:
                return
            time.sleep(1)

    def _events(self, path: str, last: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Name, id and data of each event of one connection."""
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
        event, data = "message", ""
        with self._open("GET", path, headers=headers) as stream:
            for raw in stream:
                field, _, value = raw.decode().rstrip("\r\n").partition(":")
                value = value.removeprefix(" ")
                if field == "event":
                    event = value
                elif field == "id":
                    last = value
                elif field == "data":
                    data += value
                elif not field and not value and data:
                    yield event, last, json.loads(data)
                    event, data = "message", ""

    def _image(self, path: str, image: bytes, options: dict[str, Any]) -> bytes:
        kind = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
        query = f"?{urllib.parse.urlencode(options)}" if options else ""
        with self._open("POST", path + query, image, {"Content-Type": kind, "Accept": "image/png"}) as answer:
            return answer.read()

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        with self._open(method, path, None if body is None else json.dumps(body).encode(), headers) as answer:
            return json.load(answer)

    def _open(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        key = {"X-API-Key": self._key} if self._key else {}
        request = urllib.request.Request(self._url + path, body, {**(headers or {}), **key}, method=method)
        try:
            return urllib.request.urlopen(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            with error:
                is_problem = error.headers.get_content_type() == "application/problem+json"
                raise ApiError(error.code, json.load(error) if is_problem else {}) from None


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")
