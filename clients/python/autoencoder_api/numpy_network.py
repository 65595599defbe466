"""Runs a checkpoint's network with NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .definition import Layer, same_padding
from .weights import Weights


def reconstruct(weights: Weights, images: np.ndarray) -> np.ndarray:
    """The reconstructions [N, C, H, W] of images [N, C, H, W] in [0, 1]."""
    return _last(activations(weights, images))


def encode(weights: Weights, images: np.ndarray) -> np.ndarray:
    """The codes [N, C', H', W'] of images [N, C, H, W] in [0, 1]."""
    return next(output for layer, output in activations(weights, images) if layer.name == "code")


def activations(weights: Weights, images: np.ndarray) -> Iterator[tuple[Layer, np.ndarray]]:
    """Every layer with its output [N, C, H, W], in order, each computed when it is asked for."""
    x = np.asarray(images, np.float32)
    layers = weights.layers
    if x.shape[1:] != layers[0].input:
        raise ValueError(f"images have the shape {x.shape}; this network takes {('N', *layers[0].input)}")
    switches: dict[str, np.ndarray] = {}
    for layer in layers:
        x = _apply(layer, x, weights.tensors, switches)
        yield layer, x


def _apply(layer: Layer, x: np.ndarray, tensors: dict[str, np.ndarray], switches: dict[str, np.ndarray]) -> np.ndarray:
    if layer.kind == "max-pool":
        blocks = _blocks(x)  # [N,C,H/2,W/2,4]
        switches[layer.name] = blocks.argmax(-1)[..., None]  # of equal values the first, as in PyTorch
        return blocks.max(-1)
    if layer.kind == "zero-unpool":
        return _scatter(x, np.zeros((*x.shape, 1), np.intp))
    if layer.kind == "nearest-unpool":
        return x.repeat(2, axis=2).repeat(2, axis=3)
    if layer.kind == "switch-unpool":
        return _scatter(x, switches[layer.pool])
    weight, bias = tensors[f"{layer.name}.weight"], tensors.get(f"{layer.name}.bias")
    if layer.kind == "linear":
        y = (x.reshape(len(x), -1) @ weight.T).reshape(len(x), *layer.output)
        bias = None if bias is None else bias.reshape(layer.output)
    else:
        y = (_convolve if layer.kind == "conv" else _convolve_transposed)(layer, x, weight)
        bias = None if bias is None else bias[:, None, None]
    return _activate(layer.activation, y if bias is None else y + bias)


def _convolve(layer: Layer, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x [N, in, H, W], weight [out, in, k, k]: a sum over the kernel's taps, each a product of matrices."""
    (_, height, width), s = layer.output, layer.stride
    rows, columns = (same_padding(size, layer.kernel, s) for size in layer.input[1:])
    padded = np.pad(x, ((0, 0), (0, 0), rows, columns))
    y = np.zeros((len(x), *layer.output), np.float32)
    for i, j in np.ndindex(layer.kernel, layer.kernel):
        window = padded[:, :, i : i + (height - 1) * s + 1 : s, j : j + (width - 1) * s + 1 : s]  # [N,in,H',W']
        y += np.einsum("oc,nchw->nohw", weight[:, :, i, j], window, optimize=True)
    return y


def _convolve_transposed(layer: Layer, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x [N, in, h, w], weight [in, out, k, k]: the gradient of `_convolve`, so its padding is the output's and is cut off."""
    (_, h, w), (c, height, width), s = layer.input, layer.output, layer.stride
    rows, columns = (same_padding(size, layer.kernel, s) for size in (height, width))
    padded = np.zeros((len(x), c, height + sum(rows), width + sum(columns)), np.float32)
    for i, j in np.ndindex(layer.kernel, layer.kernel):
        window = padded[:, :, i : i + (h - 1) * s + 1 : s, j : j + (w - 1) * s + 1 : s]  # [N,out,h,w]
        window += np.einsum("co,nchw->nohw", weight[:, :, i, j], x, optimize=True)
    return padded[:, :, rows[0] : rows[0] + height, columns[0] : columns[0] + width]


def _blocks(x: np.ndarray) -> np.ndarray:
    """[N, C, H, W] as its 2×2 blocks [N, C, H/2, W/2, 4], each row by row."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)


def _scatter(x: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Puts x [N, C, H, W] at the places [N, C, H, W, 1] of 2×2 blocks of zeros: [N, C, 2H, 2W]."""
    n, c, h, w = x.shape
    blocks = np.zeros((n, c, h, w, 4), np.float32)
    np.put_along_axis(blocks, places, x[..., None], -1)
    return blocks.reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, 2 * h, 2 * w)


def _activate(activation: str, x: np.ndarray) -> np.ndarray:
    if activation == "relu":
        return np.maximum(x, 0)
    if activation == "sigmoid":
        return 0.5 * (1 + np.tanh(0.5 * x))  # 1 / (1 + exp(-x)) without its overflow
    if activation == "tanh":
        return np.tanh(x)
    if activation == "linear":
        return x
    raise ValueError(f"the activation {activation!r} is not known")


def _last(outputs: Iterator[tuple[Layer, np.ndarray]]) -> np.ndarray:
    *_, (_, output) = outputs
    return output
