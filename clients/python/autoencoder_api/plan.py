"""A network on paper: its named stages in order, with every shape. Mirrors the service's NetworkPlan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Shape = tuple[int, int, int]
"""Channels, height and width of one picture's activation; a vector of a dense network stands as (size, 1, 1)."""


@dataclass(frozen=True)
class Stage:
    """One step of a network.

    `kind` is conv, deconv, max-pool, zero-unpool, nearest-unpool, switch-unpool or linear. `pool` names the pooling whose
    switches a switch-unpool uses.
    """

    name: str
    kind: str
    input: Shape
    output: Shape
    kernel: int = 0
    stride: int = 1
    activation: str = "linear"
    bias: bool = False
    pool: str = ""

    @property
    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of its tensors: conv [out, in, k, k], deconv [in, out, k, k], linear [out, in], bias [out]."""
        (c, h, w), (d, y, x) = self.input, self.output
        if self.kind == "linear":
            weight: tuple[int, ...] = (d * y * x, c * h * w)
        elif self.kind in ("conv", "deconv"):
            weight = ((d, c) if self.kind == "conv" else (c, d)) + (self.kernel, self.kernel)
        else:
            return {}
        out = d * y * x if self.kind == "linear" else d
        return {f"{self.name}.weight": weight, **({f"{self.name}.bias": (out,)} if self.bias else {})}


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's "SAME" padding of one axis, before and after: ceil(size / stride) values come out, the smaller half is first."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def stages_of(settings: dict[str, Any]) -> list[Stage]:
    """The stages that a job's settings mean. Raises ValueError for an architecture that is not known here."""
    picture: Shape = tuple(settings.get("pictureShape") or (1, 28, 28))
    if settings["architecture"] == "dense":
        return _dense(settings, picture)
    if settings["architecture"] == "strided":
        return _strided(settings, picture)
    if settings["architecture"] == "switch-unpool":
        return _switched(settings, picture)
    if settings["architecture"] in ("zero-unpool", "nearest-unpool"):
        return _pooled(settings, picture)
    raise ValueError(f"the architecture {settings['architecture']!r} is not known")


def _strided(s: dict[str, Any], picture: Shape) -> list[Stage]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], picture
    half, quarter = (c1, h // 2, w // 2), (c2, h // 4, w // 4)
    return [
        Stage("conv1", "conv", picture, half, k, 2, s["encoderActivation"], True),
        Stage("code", "conv", half, quarter, k, 2, s["encoderActivation"], True),
        Stage("deconv1", "deconv", quarter, half, k, 2, s["decoderActivation"], s["decoderBias"]),
        Stage("output", "deconv", half, picture, k, 2, s["outputActivation"], s["decoderBias"]),
    ]


def _pooled_encoder(s: dict[str, Any], picture: Shape) -> list[Stage]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], picture
    full, half, wide, coded = (c1, h, w), (c1, h // 2, w // 2), (c2, h // 2, w // 2), (c2, h // 4, w // 4)
    return [
        Stage("conv1", "conv", picture, full, k, 1, s["encoderActivation"], True),
        Stage("pool1", "max-pool", full, half),
        Stage("conv2", "conv", half, wide, k, 1, s["encoderActivation"], True),
        Stage("code", "max-pool", wide, coded),
    ]


def _pooled(s: dict[str, Any], picture: Shape) -> list[Stage]:
    (c1, c2), k, (c, h, w), unpool = s["channels"], s["kernelSize"], picture, s["architecture"]
    coded, small, middle, flat = (c2, h // 4, w // 4), (c1, h // 4, w // 4), (c1, h // 2, w // 2), (c, h // 2, w // 2)
    return _pooled_encoder(s, picture) + [
        Stage("deconv1", "deconv", coded, small, k, 1, s["decoderActivation"], s["decoderBias"]),
        Stage("unpool1", unpool, small, middle),
        Stage("deconv2", "deconv", middle, flat, k, 1, s["outputActivation"], s["decoderBias"]),
        Stage("output", unpool, flat, picture),
    ]


def _switched(s: dict[str, Any], picture: Shape) -> list[Stage]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], picture
    coded, wide, narrow, full = (c2, h // 4, w // 4), (c2, h // 2, w // 2), (c1, h // 2, w // 2), (c1, h, w)
    return _pooled_encoder(s, picture) + [
        Stage("unpool1", "switch-unpool", coded, wide, pool="code"),
        Stage("deconv1", "deconv", wide, narrow, k, 1, s["decoderActivation"], s["decoderBias"]),
        Stage("unpool2", "switch-unpool", narrow, full, pool="pool1"),
        Stage("output", "deconv", full, picture, k, 1, s["outputActivation"], s["decoderBias"]),
    ]


def _dense(s: dict[str, Any], picture: Shape) -> list[Stage]:
    hidden, code = (s["denseWidths"][0], 1, 1), (s["denseWidths"][1], 1, 1)
    return [
        Stage("hidden1", "linear", picture, hidden, activation=s["encoderActivation"], bias=True),
        Stage("code", "linear", hidden, code, activation=s["encoderActivation"], bias=True),
        Stage("hidden2", "linear", code, hidden, activation=s["decoderActivation"], bias=s["decoderBias"]),
        Stage("output", "linear", hidden, picture, activation=s["outputActivation"], bias=s["decoderBias"]),
    ]
