"""The definition of a network: its named layers in order, with every shape. Mirrors the service's NetworkDefinition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Shape = tuple[int, int, int]
"""Channels, height and width of one image's activation; a vector of a dense network stands as (size, 1, 1)."""


@dataclass(frozen=True)
class Layer:
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


def layers_of(settings: dict[str, Any]) -> list[Layer]:
    """The layers that a job's settings mean. Raises ValueError for an architecture that is not known here."""
    image: Shape = tuple(settings.get("imageShape") or (1, 28, 28))
    if settings["architecture"] == "dense":
        return _dense(settings, image)
    if settings["architecture"] == "strided":
        return _strided(settings, image)
    if settings["architecture"] == "switch-unpool":
        return _switched(settings, image)
    if settings["architecture"] in ("zero-unpool", "nearest-unpool"):
        return _pooled(settings, image)
    raise ValueError(f"the architecture {settings['architecture']!r} is not known")


def _strided(s: dict[str, Any], image: Shape) -> list[Layer]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], image
    half, quarter = (c1, h // 2, w // 2), (c2, h // 4, w // 4)
    return [
        Layer("conv1", "conv", image, half, k, 2, s["encoderActivation"], True),
        Layer(_encoder_end(s), "conv", half, quarter, k, 2, s["encoderActivation"], True),
        *_vector_code(s, quarter),
        Layer("deconv1", "deconv", quarter, half, k, 2, s["decoderActivation"], s["decoderBias"]),
        Layer("output", "deconv", half, image, k, 2, s["outputActivation"], s["decoderBias"]),
    ]


def _encoder_end(s: dict[str, Any]) -> str:
    """The name of the encoder's last layer: its maps are the code unless that is a vector."""
    return "code" if s.get("codeWidth") is None else "features"


def _vector_code(s: dict[str, Any], features: Shape) -> list[Layer]:
    if s.get("codeWidth") is None:
        return []
    code = (s["codeWidth"], 1, 1)
    return [
        Layer("code", "linear", features, code, bias=True),
        Layer("expand", "linear", code, features, activation=s["decoderActivation"], bias=s["decoderBias"]),
    ]


def _pooled_encoder(s: dict[str, Any], image: Shape, end: str) -> list[Layer]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], image
    full, half, wide, coded = (c1, h, w), (c1, h // 2, w // 2), (c2, h // 2, w // 2), (c2, h // 4, w // 4)
    return [
        Layer("conv1", "conv", image, full, k, 1, s["encoderActivation"], True),
        Layer("pool1", "max-pool", full, half),
        Layer("conv2", "conv", half, wide, k, 1, s["encoderActivation"], True),
        Layer(end, "max-pool", wide, coded),
    ]


def _pooled(s: dict[str, Any], image: Shape) -> list[Layer]:
    (c1, c2), k, (c, h, w), unpool = s["channels"], s["kernelSize"], image, s["architecture"]
    coded, small, middle, flat = (c2, h // 4, w // 4), (c1, h // 4, w // 4), (c1, h // 2, w // 2), (c, h // 2, w // 2)
    return _pooled_encoder(s, image, _encoder_end(s)) + [
        *_vector_code(s, coded),
        Layer("deconv1", "deconv", coded, small, k, 1, s["decoderActivation"], s["decoderBias"]),
        Layer("unpool1", unpool, small, middle),
        Layer("deconv2", "deconv", middle, flat, k, 1, s["outputActivation"], s["decoderBias"]),
        Layer("output", unpool, flat, image),
    ]


def _switched(s: dict[str, Any], image: Shape) -> list[Layer]:
    (c1, c2), k, (_, h, w) = s["channels"], s["kernelSize"], image
    coded, wide, narrow, full = (c2, h // 4, w // 4), (c2, h // 2, w // 2), (c1, h // 2, w // 2), (c1, h, w)
    return _pooled_encoder(s, image, "code") + [
        Layer("unpool1", "switch-unpool", coded, wide, pool="code"),
        Layer("deconv1", "deconv", wide, narrow, k, 1, s["decoderActivation"], s["decoderBias"]),
        Layer("unpool2", "switch-unpool", narrow, full, pool="pool1"),
        Layer("output", "deconv", full, image, k, 1, s["outputActivation"], s["decoderBias"]),
    ]


def _dense(s: dict[str, Any], image: Shape) -> list[Layer]:
    hidden, code = (s["denseWidths"][0], 1, 1), (s["denseWidths"][1], 1, 1)
    return [
        Layer("hidden1", "linear", image, hidden, activation=s["encoderActivation"], bias=True),
        Layer("code", "linear", hidden, code, activation=s["encoderActivation"], bias=True),
        Layer("hidden2", "linear", code, hidden, activation=s["decoderActivation"], bias=s["decoderBias"]),
        Layer("output", "linear", hidden, image, activation=s["outputActivation"], bias=s["decoderBias"]),
    ]
