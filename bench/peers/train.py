#!/usr/bin/python3
"""What a user would write with PyTorch: the same five networks, loss and optimizer, timed.

usage: train.py THREADS
Prints a line each: what, median, fastest. Steps (batch 60) and looks (one picture forward) are in milliseconds, gemm is
in GFLOP/s. Needs Debian's python3-torch and libopenblas0-pthread, without which its matrix products are twenty times slower.
"""

import os
import statistics
import sys
import time

THREADS = int(sys.argv[1])
os.environ["OPENBLAS_NUM_THREADS"] = str(THREADS)  # set_num_threads does not reach this build's OpenBLAS

import torch
import torch.nn.functional as F
from torch import nn

BATCH = 60


def same_padding(size, kernel, stride):
    """TensorFlow's SAME padding: the smaller half comes first."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def weights(*shape):
    return nn.Parameter(nn.init.trunc_normal_(torch.empty(shape), std=0.1, a=-0.2, b=0.2))


class Convolution(nn.Module):
    def __init__(self, inputs, outputs, stride, activation, kernel=5):
        super().__init__()
        self.weight = weights(outputs, inputs, kernel, kernel)
        self.bias = nn.Parameter(torch.full((outputs,), 0.1))
        self.stride, self.kernel, self.activation = stride, kernel, activation

    def forward(self, x):
        before, after = same_padding(x.shape[-1], self.kernel, self.stride)
        if before == after:
            y = F.conv2d(x, self.weight, self.bias, self.stride, before)
        else:
            y = F.conv2d(F.pad(x, (before, after, before, after)), self.weight, self.bias, self.stride)
        return self.activation(y)


class TransposedConvolution(nn.Module):
    """The exact gradient of a SAME convolution, without a bias."""

    def __init__(self, inputs, outputs, stride, activation, kernel=5):
        super().__init__()
        self.weight = weights(inputs, outputs, kernel, kernel)
        self.stride, self.kernel, self.activation = stride, kernel, activation

    def forward(self, y):
        size = y.shape[-1] * self.stride
        before, _ = same_padding(size, self.kernel, self.stride)
        x = F.conv_transpose2d(y, self.weight, None, self.stride, before)
        return self.activation(x[..., :size, :size])


class ZeroUnpool(nn.Module):
    def forward(self, x):
        b, c, h, w = x.shape
        return F.pad(x.view(b, c, h, 1, w, 1), (0, 1, 0, 0, 0, 1)).view(b, c, 2 * h, 2 * w)


class NearestUnpool(nn.Module):
    def forward(self, x):
        b, c, h, w = x.shape
        return x.view(b, c, h, 1, w, 1).expand(b, c, h, 2, w, 2).reshape(b, c, 2 * h, 2 * w)


def pooled(unpool):
    return nn.Sequential(
        Convolution(1, 16, 1, torch.relu), nn.MaxPool2d(2),
        Convolution(16, 32, 1, torch.relu), nn.MaxPool2d(2),
        TransposedConvolution(32, 16, 1, torch.sigmoid), unpool,
        TransposedConvolution(16, 1, 1, torch.sigmoid), unpool)


class SwitchUnpool(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = Convolution(1, 16, 1, torch.relu)
        self.conv2 = Convolution(16, 32, 1, torch.relu)
        self.deconv1 = TransposedConvolution(32, 16, 1, torch.relu)
        self.output = TransposedConvolution(16, 1, 1, torch.sigmoid)

    def forward(self, x):
        x, first = F.max_pool2d(self.conv1(x), 2, return_indices=True)
        x, second = F.max_pool2d(self.conv2(x), 2, return_indices=True)
        return self.output(F.max_unpool2d(self.deconv1(F.max_unpool2d(x, second, 2)), first, 2))


class Linear(nn.Linear):
    def __init__(self, inputs, outputs, bias):
        super().__init__(inputs, outputs, bias)
        nn.init.trunc_normal_(self.weight, std=0.1, a=-0.2, b=0.2)

    def forward(self, x):
        return torch.sigmoid(super().forward(x))


NETWORKS = {
    "strided": lambda: nn.Sequential(
        Convolution(1, 16, 2, torch.relu), Convolution(16, 32, 2, torch.relu),
        TransposedConvolution(32, 16, 2, torch.relu), TransposedConvolution(16, 1, 2, torch.relu)),
    "zero-unpool": lambda: pooled(ZeroUnpool()),
    "nearest-unpool": lambda: pooled(NearestUnpool()),
    "switch-unpool": SwitchUnpool,
    "dense": lambda: nn.Sequential(
        nn.Flatten(), Linear(784, 300, True), Linear(300, 64, True), Linear(64, 300, False), Linear(300, 784, False),
        nn.Unflatten(1, (1, 28, 28))),
}


def milliseconds(action, warm_up=0.5, measured=0.5):
    """With one thread its own processor time counts, which other processes disturb least; with more, the time on the wall."""
    clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
    end = time.perf_counter() + warm_up
    while time.perf_counter() < end:
        action()
    times = []
    end = time.perf_counter() + measured
    while time.perf_counter() < end or len(times) < 5:
        began = clock()
        action()
        times.append((clock() - began) * 1e3)
    return statistics.median(times), min(times)


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    a = torch.rand(512, 512)
    with torch.no_grad():
        median, fastest = milliseconds(lambda: a.mm(a))
    flops = 2 * 512**3
    print("gemm", flops / median / 1e6, flops / fastest / 1e6)

    batch = torch.rand(BATCH, 1, 28, 28)
    for name, network in NETWORKS.items():
        model = network()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, foreach=True)

        def step():
            optimizer.zero_grad(set_to_none=True)
            F.mse_loss(model(batch), batch).backward()
            optimizer.step()

        print("step", name, *milliseconds(step))
        with torch.inference_mode():
            print("look", name, *milliseconds(lambda: model(batch[:1])))


if __name__ == "__main__":
    main()
