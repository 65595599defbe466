"""A checkpoint's network as a PyTorch module, to run, train further or export."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .definition import Layer, same_padding, layers_of
from .weights import Weights

_ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "linear": lambda x: x}


class Autoencoder(nn.Module):
    """The network that a job's settings mean. Its parameters have a checkpoint's names, so `state_dict()` is one's tensors."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self.layers = layers_of(settings)
        for layer in self.layers:
            if layer.parameters:
                self.add_module(layer.name, _Layer(layer))

    @classmethod
    def of(cls, weights: Weights) -> Autoencoder:
        network = cls(weights.settings)
        network.load_state_dict({name: torch.from_numpy(weights.tensors[name].copy()) for name in network.state_dict()})
        return network

    def forward(self, x: Tensor) -> Tensor:
        """Pictures [N, C, H, W] in [0, 1] to their reconstructions [N, C, H, W]."""
        return self.activations(x)["output"]

    def encode(self, x: Tensor) -> Tensor:
        """Pictures [N, C, H, W] in [0, 1] to their codes [N, C', H', W']."""
        return self.activations(x)["code"]

    def activations(self, x: Tensor) -> dict[str, Tensor]:
        """Every layer's output [N, C, H, W] by its name."""
        outputs: dict[str, Tensor] = {}
        switches: dict[str, Tensor] = {}
        for layer in self.layers:
            if layer.kind == "max-pool":
                x, switches[layer.name] = F.max_pool2d(x, 2, return_indices=True)
            elif layer.kind == "zero-unpool":
                zeros = torch.zeros_like(x)
                x = F.pixel_shuffle(torch.stack([x, zeros, zeros, zeros], 2).flatten(1, 2), 2)
            elif layer.kind == "nearest-unpool":
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            elif layer.kind == "switch-unpool":
                x = F.max_unpool2d(x, switches[layer.pool], 2)
            else:
                x = self.get_submodule(layer.name)(x)
            outputs[layer.name] = x
        return outputs


class _Layer(nn.Module):
    """A convolution with "SAME" padding, its gradient, or a linear layer; then the activation."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer
        for name, shape in layer.parameters.items():
            value = torch.full(shape, 0.1)  # what the service begins biases with
            if name.endswith(".weight"):
                nn.init.trunc_normal_(value, std=0.1, a=-0.2, b=0.2)
            self.register_parameter(name.rsplit(".", 1)[1], nn.Parameter(value))
        if not layer.bias:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        s = self.layer
        if s.kind == "linear":
            x = F.linear(x.flatten(1), self.weight, self.bias).unflatten(1, s.output)
        elif s.kind == "conv":
            rows, columns = (same_padding(size, s.kernel, s.stride) for size in s.input[1:])
            x = F.conv2d(F.pad(x, (*columns, *rows)), self.weight, self.bias, s.stride)
        else:
            x = self._transposed(x)
        return _ACTIVATIONS[s.activation](x)

    def _transposed(self, x: Tensor) -> Tensor:
        """The full transposed convolution without the padding; a kernel below the stride leaves the last rows to the bias."""
        s = self.layer
        (_, h, w), (_, height, width) = s.input, s.output
        (top, _), (left, _) = (same_padding(size, s.kernel, s.stride) for size in (height, width))
        lack = [max(0, to - ((of - 1) * s.stride + s.kernel - 2 * before)) for of, to, before in ((h, height, top), (w, width, left))]
        return F.conv_transpose2d(x, self.weight, self.bias, s.stride, (top, left), lack)[:, :, :height, :width]
