"""A client of the HTTP API, over the standard library alone."""

from __future__ import annotations

import http.client
import io
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .transport import BROKEN, ApiError, Call, Transport, quoted, retry_after, wait_after
from .weights import Weights, read_tensors

_TERMINAL = ("succeeded", "failed", "cancelled")
_STREAM_ATTEMPTS = 3
_POLL_SECONDS = 1.0  # where an answer has no Retry-After
_NPY = "application/x-npy"

Json = dict[str, Any]


class Client:
    """Calls a service at `url`. Every method raises ApiError where the service refuses, URLError or another OSError where it is not reached.

    A call that meets 429 or 503 is repeated after `Retry-After`, up to four times; a GET, and a POST with an `Idempotency-Key`, also after
    a broken connection. What creates something sends such a key, `idempotency_key` or a random one, so it creates one thing only.
    """

    def __init__(self, url: str = "http://localhost:8080", key: str | None = None) -> None:
        self._transport = Transport(url, key)

    # Jobs

    def submit(self, *, idempotency_key: str | None = None, **settings: Any) -> Json:
        """Enqueues a training job: `submit(architecture="switch-unpool", steps=2000, metadata={"team": "vision"})`. Answers with the job."""
        return self._create("/v1/training-jobs", settings, idempotency_key)

    def job(self, job_id: str) -> Json:
        return self._json("GET", f"/v1/training-jobs/{quoted(job_id)}")

    def jobs(self, **filters: Any) -> Iterator[Json]:
        """All jobs, newest first; filters as `status="running", architecture="dense", name="mine", dataset="mnist", metadata={"team": "vision"}`."""
        return self._pages("/v1/training-jobs", filters)

    def metrics(self, job_id: str) -> list[Json]:
        """The points of a job's loss curve."""
        return self._json("GET", f"/v1/training-jobs/{quoted(job_id)}/metrics")

    def film(self, job_id: str) -> list[Json]:
        """The frames of the film of a job's learning by step, each with its `step`, `bytes`, `sha256` and `links`."""
        return self._json("GET", f"/v1/training-jobs/{quoted(job_id)}/film")["frames"]

    def film_frame(self, job_id: str, step: int) -> Weights:
        """A job's network at a step of its film."""
        return Weights.parse(self._bytes("GET", f"/v1/training-jobs/{quoted(job_id)}/film/{step}"))

    def cancel(self, job_id: str) -> Json:
        return self._json("POST", f"/v1/training-jobs/{quoted(job_id)}/cancel")

    def pause(self, job_id: str) -> Json:
        """Pauses a job until it is resumed; a running job stores a checkpoint first."""
        return self._json("POST", f"/v1/training-jobs/{quoted(job_id)}/pause")

    def resume(self, job_id: str) -> Json:
        """Resumes a paused or cancelled job from its last checkpoint."""
        return self._json("POST", f"/v1/training-jobs/{quoted(job_id)}/resume")

    def extend(self, job_id: str, steps: int, learning_rate_schedule: str | None = None) -> Json:
        """Trains a job that does not run up to `steps` in all; under another schedule where its own is a cosine."""
        schedule = {} if learning_rate_schedule is None else {"learningRateSchedule": learning_rate_schedule}
        return self._json("POST", f"/v1/training-jobs/{quoted(job_id)}/extend", {"steps": steps, **schedule})

    def delete_job(self, job_id: str) -> None:
        """Deletes an ended job with its metrics, checkpoints and film."""
        self._delete(f"/v1/training-jobs/{quoted(job_id)}")

    def follow(self, job_id: str) -> Iterator[Json]:
        """What happens to a job until it ends, each with its `status` and `progress`; the last is the job itself.

        Server-sent events, taken up by Last-Event-ID where the stream breaks; by polling where it breaks again and again
        without an event, as behind a proxy that holds streams back.
        """
        last, attempts = "", 0
        while attempts < _STREAM_ATTEMPTS:
            attempts += 1
            try:
                for event, last, data in self._events(f"/v1/training-jobs/{quoted(job_id)}/events", last):
                    attempts = 0
                    if event in ("progress", "ended"):
                        yield data
                    if event == "ended":
                        return
            except ApiError as error:
                if not error.is_passing:
                    raise
                time.sleep(wait_after(error, attempts))
            except BROKEN as error:  # the next attempt goes on after the last event
                time.sleep(wait_after(error, attempts + 1))
        yield from self.poll(job_id)

    def poll(self, job_id: str) -> Iterator[Json]:
        """A job as it is now, and whenever it has changed, until it has ended. Asks by ETag, as often as `Retry-After` says."""
        return self._poll(f"/v1/training-jobs/{quoted(job_id)}", lambda job: job["status"] in _TERMINAL)

    # Experiments

    def submit_experiment(self, *, idempotency_key: str | None = None, **request: Any) -> Json:
        """Enqueues related jobs: `submit_experiment(preset="convolutional-autoencoder")`, or `name=` and `metadata=` with `jobs=` or `grid=`, and `common=`."""
        return self._create("/v1/experiments", request, idempotency_key)

    def experiment(self, experiment_id: str) -> Json:
        return self._json("GET", f"/v1/experiments/{quoted(experiment_id)}")

    def experiments(self, **filters: Any) -> Iterator[Json]:
        """Summaries of all experiments, newest first; a filter is `metadata={"team": "vision"}`."""
        return self._pages("/v1/experiments", filters)

    def poll_experiment(self, experiment_id: str) -> Iterator[Json]:
        """An experiment as it is now, and whenever it has changed, until it has ended."""
        return self._poll(f"/v1/experiments/{quoted(experiment_id)}", lambda experiment: experiment["status"] == "ended")

    def report(self, experiment_id: str) -> str:
        """An experiment as one self-contained HTML page."""
        return self._bytes("GET", f"/v1/experiments/{quoted(experiment_id)}/report", accept="text/html").decode()

    def cancel_experiment(self, experiment_id: str) -> Json:
        return self._json("POST", f"/v1/experiments/{quoted(experiment_id)}/cancel")

    def delete_experiment(self, experiment_id: str) -> None:
        """Deletes an ended experiment with its jobs."""
        self._delete(f"/v1/experiments/{quoted(experiment_id)}")

    # Evaluations: a job each, one for a checkpoint on the same images

    def evaluate(self, checkpoint: str, *, idempotency_key: str | None = None, **request: Any) -> Json:
        """The evaluation of a checkpoint, an id or a tag, once it has ended; options as `dataset="mnist", split="test", against="fashion-mnist"`."""
        evaluation = self._create("/v1/evaluations", {"checkpoint": checkpoint, **request}, idempotency_key)
        *_, ended = self.poll_evaluation(evaluation["id"])
        return ended

    def evaluation(self, evaluation_id: str) -> Json:
        return self._json("GET", f"/v1/evaluations/{quoted(evaluation_id)}")

    def evaluations(self, **filters: Any) -> Iterator[Json]:
        """All evaluations, newest first; filters as `checkpoint=id, dataset="mnist"`."""
        return self._pages("/v1/evaluations", filters)

    def poll_evaluation(self, evaluation_id: str) -> Iterator[Json]:
        """An evaluation as it is now, and whenever it has changed, until it has ended."""
        return self._poll(f"/v1/evaluations/{quoted(evaluation_id)}", lambda evaluation: evaluation["status"] in _TERMINAL)

    def losses(self, evaluation_id: str) -> np.ndarray:
        """The loss of each image of the split, [N]."""
        return self._array("GET", f"/v1/evaluations/{quoted(evaluation_id)}/losses")

    def evaluation_map(self, evaluation_id: str, method: str = "pca") -> Json:
        """The places of the images' codes in two dimensions, by `pca` or `tsne`."""
        return self._transport.send(_call("GET", f"/v1/evaluations/{quoted(evaluation_id)}/map", query={"method": method}), json.load)

    def map_position(self, evaluation_id: str, image: np.ndarray | bytes) -> Json:
        """The place of an image, [C, H, W] in [0, 1] or a PNG or JPEG, in the plane of an evaluation's PCA: `x`, `y`, and its five `neighbors`."""
        body = image if isinstance(image, bytes) else _pixels(image)
        return self._json("POST", f"/v1/evaluations/{quoted(evaluation_id)}/map/position", body)

    def cancel_evaluation(self, evaluation_id: str) -> Json:
        return self._json("POST", f"/v1/evaluations/{quoted(evaluation_id)}/cancel")

    def delete_evaluation(self, evaluation_id: str) -> None:
        self._delete(f"/v1/evaluations/{quoted(evaluation_id)}")

    # Verifications: a job each, that trains a checkpoint again and compares

    def verify(self, checkpoint: str, *, idempotency_key: str | None = None) -> Json:
        """The verification of a checkpoint, an id or a tag, once it has ended; `result["outcome"]` is `equal`, `differs`, `losses-differ` or `not-checkable`."""
        verification = self._create(f"/v1/checkpoints/{quoted(checkpoint)}/verifications", None, idempotency_key)
        *_, ended = self.poll_verification(verification["id"])
        return ended

    def verification(self, verification_id: str) -> Json:
        return self._json("GET", f"/v1/verifications/{quoted(verification_id)}")

    def verifications(self, **filters: Any) -> Iterator[Json]:
        """All verifications, newest first; filters as `checkpoint=id, status="succeeded"`."""
        return self._pages("/v1/verifications", filters)

    def poll_verification(self, verification_id: str) -> Iterator[Json]:
        """A verification as it is now, and whenever it has changed, until it has ended."""
        return self._poll(f"/v1/verifications/{quoted(verification_id)}", lambda verification: verification["status"] in _TERMINAL)

    def cancel_verification(self, verification_id: str) -> Json:
        return self._json("POST", f"/v1/verifications/{quoted(verification_id)}/cancel")

    def delete_verification(self, verification_id: str) -> None:
        self._delete(f"/v1/verifications/{quoted(verification_id)}")

    # Checkpoints and tags: `checkpoint` is an id or a tag

    def checkpoint(self, checkpoint: str) -> Json:
        """A checkpoint's settings, step, losses and layers."""
        return self._json("GET", f"/v1/checkpoints/{quoted(checkpoint)}")

    def checkpoints(self, **filters: Any) -> Iterator[Json]:
        """All checkpoints, newest first; filters as `jobId=id, architecture="dense"`, and `examples=True` for the examples alone."""
        return self._pages("/v1/checkpoints", filters)

    def layers(self, checkpoint: str) -> list[Json]:
        """The network's named layers in order, each with its `shape` [C, H, W] and number of `parameters`."""
        return self._json("GET", f"/v1/checkpoints/{quoted(checkpoint)}/layers")

    def card(self, checkpoint: str) -> Json:
        """The model card: data, losses, evaluations, verification, intended use and limits, each number with what measured it."""
        return self._json("GET", f"/v1/checkpoints/{quoted(checkpoint)}/card")

    def card_markdown(self, checkpoint: str) -> str:
        """The model card as Markdown."""
        return self._bytes("GET", f"/v1/checkpoints/{quoted(checkpoint)}/card.md", accept="text/markdown").decode()

    def import_checkpoint(self, weights_file: bytes, name: str | None = None, *, idempotency_key: str | None = None) -> Json:
        """Imports a safetensors file."""
        query = {"name": name} if name else {}
        return self._create("/v1/checkpoints", weights_file, idempotency_key, query)

    def delete_checkpoint(self, checkpoint: str) -> None:
        self._delete(f"/v1/checkpoints/{quoted(checkpoint)}")

    def weights_file(self, checkpoint: str) -> bytes:
        """The checkpoint's safetensors file."""
        return self._bytes("GET", f"/v1/checkpoints/{quoted(checkpoint)}/weights")

    def weights(self, checkpoint: str) -> Weights:
        return Weights.parse(self.weights_file(checkpoint))

    def onnx_file(self, checkpoint: str) -> bytes:
        """The checkpoint's network as an ONNX model."""
        return self._bytes("GET", f"/v1/checkpoints/{quoted(checkpoint)}/onnx")

    def tags(self, **filters: Any) -> Iterator[Json]:
        """All tags by name, or with `examples=True` those of the examples that come with the service."""
        return self._pages("/v1/tags", filters)

    def tag(self, tag: str) -> Json:
        return self._json("GET", f"/v1/tags/{quoted(tag)}")

    def set_tag(self, tag: str, checkpoint: str) -> Json:
        """Sets or moves a tag."""
        return self._json("PUT", f"/v1/tags/{quoted(tag)}", {"checkpoint": checkpoint})

    def delete_tag(self, tag: str) -> None:
        self._delete(f"/v1/tags/{quoted(tag)}")

    # Data sets

    def datasets(self) -> list[Json]:
        return self._json("GET", "/v1/datasets")

    def dataset(self, name: str) -> Json:
        return self._json("GET", f"/v1/datasets/{quoted(name)}")

    def put_dataset(self, name: str, zip_file: bytes, **options: Any) -> Json:
        """Stores a zip of PNGs or of IDX files; options as `seed=1, validation=0.1, test=0.1`."""
        call = _call("PUT", f"/v1/datasets/{quoted(name)}", zip_file, query=options, content_type="application/zip")
        return self._transport.send(call, json.load)

    def dataset_image(self, name: str, split: str, index: int, scale: int = 1) -> bytes:
        """A PNG of an image of a data set."""
        return self._bytes("GET", f"/v1/datasets/{quoted(name)}/{quoted(split)}/{index}.png", query={"scale": scale}, accept="image/png")

    def labels(self, name: str, split: str = "test", **options: int) -> np.ndarray:
        """The labels [N] of a data set's images, uint8; options as `first=100, count=10`. Raises ApiError for a data set without labels."""
        return self._array("GET", f"/v1/datasets/{quoted(name)}/{quoted(split)}/labels", query=options)

    def delete_dataset(self, name: str) -> None:
        self._delete(f"/v1/datasets/{quoted(name)}")

    # Networks at work

    def reconstruct(self, checkpoint: str, image: np.ndarray) -> np.ndarray:
        """The service's reconstruction [C, H, W] of one image [C, H, W] in [0, 1], or [N, C, H, W] of a batch."""
        path = f"/v1/checkpoints/{quoted(checkpoint)}/reconstruction"
        if np.ndim(image) == 4:
            return self._array("POST", path, image)
        answer = self._json("POST", path, _pixels(image))
        return np.asarray(answer["pixels"], np.float32).reshape(np.shape(image))

    def encode(self, checkpoint: str, image: np.ndarray | bytes) -> np.ndarray:
        """The service's code [C', H', W'] of one image: [C, H, W] in [0, 1], or a PNG or JPEG; of a batch [N, C, H, W] the codes [N, C', H', W']."""
        path = f"/v1/checkpoints/{quoted(checkpoint)}/encode"
        if not isinstance(image, bytes) and np.ndim(image) == 4:
            return self._array("POST", path, image)
        call = _call("POST", path, image if isinstance(image, bytes) else _pixels(image))
        code = self._transport.send(call, json.load)
        return np.asarray(code["values"], np.float32).reshape(code["shape"])

    def decode(self, checkpoint: str, code: np.ndarray, image: np.ndarray | None = None) -> np.ndarray:
        """The service's image [C, H, W] of one code [C', H', W'], or images [N, C, H, W] of a batch [N, C', H', W'].

        A switch-unpool network takes its switches from an image [C, H, W], so it decodes no batch.
        """
        if np.ndim(code) == 4:
            return self._array("POST", f"/v1/checkpoints/{quoted(checkpoint)}/decode", code)
        body = {"shape": list(np.shape(code)), "values": [float(value) for value in np.ravel(code)]}
        found = self.checkpoint(checkpoint)
        path = f"/v1/checkpoints/{quoted(found['id'])}/decode"
        answer = self._json("POST", path, body if image is None else {**body, **_pixels(image)})
        return np.asarray(answer["pixels"], np.float32).reshape(found["layers"][-1]["shape"])

    def layer_values(self, checkpoint: str, layer: str, image: np.ndarray | bytes) -> np.ndarray:
        """A layer's values [C', H', W'] of one image: [C, H, W] in [0, 1], or a PNG or JPEG; of a batch [N, C, H, W] [N, C', H', W']."""
        return self._array("POST", f"/v1/checkpoints/{quoted(checkpoint)}/layers/{quoted(layer)}/values", image)

    def activations(self, checkpoint: str, image: np.ndarray | bytes, **options: Any) -> dict[str, np.ndarray]:
        """Every layer's values [C, H, W] of one image by the layer's name, and the image as `input`; options as `unpooling="nearest"`.

        The image is [C, H, W] in [0, 1], or a PNG or JPEG. Of a pooling there is `{layer}.switches`: the place of each maximum, 0 to 3.
        """
        body = image if isinstance(image, bytes) else _pixels(image)
        call = _call("POST", f"/v1/checkpoints/{quoted(checkpoint)}/activations", body, options, "application/octet-stream")
        return read_tensors(self._transport.send(call, lambda answer: answer.read()))

    def unit(self, checkpoint: str, layer: str, channel: int, row: int, column: int, image: np.ndarray | bytes) -> Json:
        """How one value of a layer came about: its `terms`, `bias`, `preActivation`, `value` and fields. The image is [C, H, W] in [0, 1], or a PNG or JPEG."""
        body = image if isinstance(image, bytes) else _pixels(image)
        return self._json("POST", f"/v1/checkpoints/{quoted(checkpoint)}/layers/{quoted(layer)}/units/{channel}/{row}/{column}", body)

    def interpolation(self, checkpoint: str, **options: Any) -> list[Json]:
        """Images between the codes of two test images, each with its `position` and `pixels`; options as `**{"from": 0, "to": 1, "frames": 9}`."""
        return self._json("GET", f"/v1/checkpoints/{quoted(checkpoint)}/interpolation", query=options)["frames"]

    def codes(self, checkpoint: str, **options: Any) -> np.ndarray:
        """The codes [N, C', H', W'] of a data set's images, by default of the checkpoint's own; options as `dataset="mnist", split="train", first=0, count=100`."""
        return self._array("GET", f"/v1/checkpoints/{quoted(checkpoint)}/codes", query=options)

    def score(self, checkpoint: str, image: np.ndarray | bytes, **options: Any) -> Json:
        """How normal an image is, [C, H, W] in [0, 1] or a PNG or JPEG: its error among those of the validation images; options as `quantile=0.95`."""
        body = image if isinstance(image, bytes) else _pixels(image)
        return self._transport.send(_call("POST", f"/v1/checkpoints/{quoted(checkpoint)}/score", body, options), json.load)

    def draw_reconstruction(self, checkpoint: str, image: bytes, **options: Any) -> bytes:
        """A PNG of the reconstruction of a PNG or JPEG; options as `layout="pair", scale=8`."""
        return self._bytes("POST", f"/v1/checkpoints/{quoted(checkpoint)}/reconstruction", image, options, "image/png")

    def tiles(self, checkpoint: str, layer: str, image: bytes, **options: Any) -> bytes:
        """A PNG of a layer's feature maps for a PNG or JPEG; options as `count="all", scale=8, palette="viridis"`."""
        return self._bytes("POST", f"/v1/checkpoints/{quoted(checkpoint)}/layers/{quoted(layer)}/tiles", image, options, "image/png")

    def _poll(self, path: str, is_ended: Callable[[Json], bool]) -> Iterator[Json]:
        etag = ""
        while True:
            headers = {"If-None-Match": etag} if etag else {}
            state, etag, wait = self._transport.send(_call("GET", path, headers=headers), _read_state)
            if state is not None:
                yield state
                if is_ended(state):
                    return
            time.sleep(wait)

    def _events(self, path: str, last: str) -> Iterator[tuple[str, str, Json]]:
        """Name, id and data of each event of one connection."""
        headers = {"Last-Event-ID": last} if last else {}
        event, data = "message", ""
        with self._transport.open(_call("GET", path, accept="text/event-stream", headers=headers)) as stream:
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

    def _pages(self, path: str, filters: dict[str, Any]) -> Iterator[Json]:
        if "metadata" in filters:
            filters = {**filters, "metadata": [f"{key}:{value}" for key, value in filters["metadata"].items()]}
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self._transport.send(_call("GET", path, query={**filters, **cursor}), json.load)
            yield from page["items"]
            cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else None

    def _create(self, path: str, body: Json | bytes | None, key: str | None, query: dict[str, Any] | None = None) -> Json:
        call = _call("POST", path, body, query, headers={"Idempotency-Key": key or str(uuid.uuid4())})
        return self._transport.send(call, json.load)

    def _json(self, method: str, path: str, body: Json | bytes | None = None, query: dict[str, Any] | None = None) -> Any:
        return self._transport.send(_call(method, path, body, query), json.load)

    def _array(self, method: str, path: str, body: np.ndarray | bytes | None = None, query: dict[str, Any] | None = None) -> np.ndarray:
        """What an operation answers as NumPy's file; a body is a batch [N, C, H, W], an image [C, H, W], or a PNG or JPEG."""
        is_batch = not isinstance(body, bytes) and np.ndim(body) == 4
        content = body if body is None or isinstance(body, bytes) else _npy(np.asarray(body)) if is_batch else _pixels(body)
        call = _call(method, path, content, query, _NPY, content_type=_NPY if is_batch else "application/octet-stream")
        return self._transport.send(call, lambda answer: np.load(io.BytesIO(answer.read()), allow_pickle=False))

    def _bytes(
        self, method: str, path: str, body: bytes | None = None, query: dict[str, Any] | None = None, accept: str = "application/octet-stream"
    ) -> bytes:
        return self._transport.send(_call(method, path, body, query, accept), lambda answer: answer.read())

    def _delete(self, path: str) -> None:
        self._transport.send(_call("DELETE", path), lambda _: None)


def _call(
    method: str,
    path: str,
    body: Json | bytes | None = None,
    query: dict[str, Any] | None = None,
    accept: str = "application/json",
    headers: dict[str, str] | None = None,
    content_type: str = "application/octet-stream",
) -> Call:
    """A call with JSON, or with a file's bytes, of which the service looks at the first ones."""
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": content_type if isinstance(body, bytes) else "application/json"}
    return Call(method, path, query or {}, content, {"Accept": accept, **kind, **(headers or {})})


def _read_state(answer: http.client.HTTPResponse) -> tuple[Json | None, str, float]:
    """What a poll answers, None at 304; its ETag; the seconds until the next poll."""
    wait = retry_after(answer.headers.get("Retry-After"))
    state = None if answer.status == 304 else json.load(answer)
    return state, answer.headers.get("ETag", ""), _POLL_SECONDS if wait is None else wait


def _npy(batch: np.ndarray) -> bytes:
    """Bytes as they are; all else as float32."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(batch, None if batch.dtype == np.uint8 else "<f4"))
    return file.getvalue()


def _pixels(image: np.ndarray) -> Json:
    return {"pixels": [float(value) for value in np.ravel(image)]}
