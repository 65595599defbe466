"""Reads a checkpoint's weights file: safetensors (github.com/huggingface/safetensors), with NumPy alone."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from .definition import Layer, layers_of

_FORMAT = "autoencoder-api/1"
_MAX_HEADER = 64 * 1024
_TYPES = {"F32": "<f4", "U8": "u1"}


@dataclass(frozen=True)
class Weights:
    """What a file holds.

    `settings` and `progress` are the job's, as its JSON has them. `tensors` maps a name such as `conv1.weight` to its
    float32 values, Adam's moments (`conv1.weight.exp_avg`) among them.
    """

    settings: dict[str, Any]
    progress: dict[str, Any]
    tensors: dict[str, np.ndarray]

    @property
    def layers(self) -> list[Layer]:
        """The network's named layers in order; the last gives the reconstruction."""
        return layers_of(self.settings)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Weights:
        with open(path, "rb") as file:
            return cls.parse(file.read())

    @classmethod
    def parse(cls, content: bytes) -> Weights:
        """Raises ValueError where the bytes are not such a file, or lack a tensor that its settings call for."""
        header, data = _split(content)
        metadata = header.pop("__metadata__", {})
        if metadata.get("format") != _FORMAT:
            raise ValueError(f"the file's format is {metadata.get('format')!r}, not {_FORMAT!r}")
        weights = cls(
            json.loads(metadata["settings"]),
            json.loads(metadata["progress"]),
            {name: _tensor(name, entry, data) for name, entry in header.items()},
        )
        for layer in weights.layers:
            for name, shape in layer.parameters.items():
                tensor = weights.tensors.get(name)
                if tensor is None or tensor.shape != shape or tensor.dtype != np.float32:
                    raise ValueError(f"the file has no tensor {name} of float32 and shape {list(shape)}, which its settings call for")
        return weights


def read_tensors(content: bytes) -> dict[str, np.ndarray]:
    """The float32 and uint8 tensors of any safetensors file. Raises ValueError where the bytes are not such a file."""
    header, data = _split(content)
    header.pop("__metadata__", None)
    return {name: _tensor(name, entry, data) for name, entry in header.items()}


def _split(content: bytes) -> tuple[dict[str, Any], memoryview]:
    if len(content) < 8:
        raise ValueError("the file ends within its first 8 bytes")
    (length,) = struct.unpack_from("<Q", content)
    if not 0 < length <= min(_MAX_HEADER, len(content) - 8):
        raise ValueError(f"the header's length is {length}, in a file of {len(content)} bytes")
    return json.loads(content[8 : 8 + length]), memoryview(content)[8 + length :]


def _tensor(name: str, entry: dict[str, Any], data: memoryview) -> np.ndarray:
    begin, end = entry["data_offsets"]
    shape = tuple(entry["shape"])
    kind = np.dtype(_TYPES.get(entry["dtype"], "V1"))
    if kind.kind == "V" or not 0 <= begin <= end <= len(data) or end - begin != kind.itemsize * int(np.prod(shape)):
        raise ValueError(f"tensor {name} is not float32 or uint8 values of shape {list(shape)} within the file")
    return np.frombuffer(data[begin:end], kind).reshape(shape)
