"""Runs a checkpoint's network with NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .plan import Stage, same_padding
from .weights import Weights


def reconstruct(weights: Weights, pictures: np.ndarray) -> np.ndarray:
    """The reconstructions [N, C, H, W] of pictures [N, C, H, W] in [0, 1]."""
    return _last(activations(weights, pictures))


def encode(weights: Weights, pictures: np.ndarray) -> np.ndarray:
    """The codes [N, C', H', W'] of pictures [N, C, H, W] in [0, 1]."""
    return next(output for stage, output in activations(weights, pictures) if stage.name == "code")


def activations(weights: Weights, pictures: np.ndarray) -> Iterator[tuple[Stage, np.ndarray]]:
    """Every stage with its output [N, C, H, W], in order, each computed when it is asked for."""
    x = np.asarray(pictures, np.float32)
    stages = weights.stages
    if x.shape[1:] != stages[0].input:
        raise ValueError(f"pictures have the shape {x.shape}; this network takes {('N', *stages[0].input)}")
    switches: dict[str, np.ndarray] = {}
    for stage in stages:
        x = _apply(stage, x, weights.tensors, switches)
        yield stage, x


def _apply(stage: Stage, x: np.ndarray, tensors: dict[str, np.ndarray], switches: dict[str, np.ndarray]) -> np.ndarray:
    if stage.kind == "max-pool":
        blocks = _blocks(x)  # [N,C,H/2,W/2,4]
        switches[stage.name] = blocks.argmax(-1)[..., None]  # of equal values the first, as in PyTorch
        return blocks.max(-1)
    if stage.kind == "zero-unpool":
        return _scatter(x, np.zeros((*x.shape, 1), np.intp))
    if stage.kind == "nearest-unpool":
        return x.repeat(2, axis=2).repeat(2, axis=3)
    if stage.kind == "switch-unpool":
        return _scatter(x, switches[stage.pool])
    weight, bias = tensors[f"{stage.name}.weight"], tensors.get(f"{stage.name}.bias")
    if stage.kind == "linear":
        y = (x.reshape(len(x), -1) @ weight.T).reshape(len(x), *stage.output)
        bias = None if bias is None else bias.reshape(stage.output)
    else:
        y = (_convolve if stage.kind == "conv" else _convolve_transposed)(stage, x, weight)
        bias = None if bias is None else bias[:, None, None]
    return _activate(stage.activation, y if bias is None else y + bias)


def _convolve(stage: Stage, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x [N, in, H, W], weight [out, in, k, k]: a sum over the kernel's taps, each a product of matrices."""
    (_, height, width), s = stage.output, stage.stride
    rows, columns = (same_padding(size, stage.kernel, s) for size in stage.input[1:])
    padded = np.pad(x, ((0, 0), (0, 0), rows, columns))
    y = np.zeros((len(x), *stage.output), np.float32)
    for i, j in np.ndindex(stage.kernel, stage.kernel):
        window = padded[:, :, i : i + (height - 1) * s + 1 : s, j : j + (width - 1) * s + 1 : s]  # [N,in,H',W']
        y += np.einsum("oc,nchw->nohw", weight[:, :, i, j], window, optimize=True)
    return y


def _convolve_transposed(stage: Stage, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """x [N, in, h, w], weight [in, out, k, k]: the gradient of `_convolve`, so its padding is the output's and is cut off."""
    (_, h, w), (c, height, width), s = stage.input, stage.output, stage.stride
    rows, columns = (same_padding(size, stage.kernel, s) for size in (height, width))
    padded = np.zeros((len(x), c, height + sum(rows), width + sum(columns)), np.float32)
    for i, j in np.ndindex(stage.kernel, stage.kernel):
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


def _last(outputs: Iterator[tuple[Stage, np.ndarray]]) -> np.ndarray:
    *_, (_, output) = outputs
    return output
