"""What a user would write with FastAPI, PyTorch and Pillow: the strided network behind the same calls.

Weights come from a checkpoint of ours (environment variable WEIGHTS, a safetensors file), so both services answer alike.
Run by bench/http at its best on this machine: gunicorn, two uvicorn workers with uvloop and httptools, one BLAS thread each; for batches
one worker with two threads of PyTorch where that is faster (environment variable THREADS).
"""

import io
import json
import os
import struct

THREADS = int(os.environ.get("THREADS", "1"))
os.environ["OPENBLAS_NUM_THREADS"] = str(THREADS)

import numpy as np
import torch
import torch.nn.functional as F
from fastapi import FastAPI, Request, Response
from PIL import Image

torch.set_num_threads(THREADS)


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    return {
        name: torch.from_numpy(np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"]).copy())
        for name, entry in header.items()
        if name != "__metadata__"
    }


WEIGHTS = read(os.environ["WEIGHTS"])


def encode(x):
    for layer in ("conv1", "code"):
        x = torch.relu(F.conv2d(F.pad(x, (1, 2, 1, 2)), WEIGHTS[layer + ".weight"], WEIGHTS[layer + ".bias"], 2))
    return x


def decode(x):
    for layer in ("deconv1", "output"):
        side = 2 * x.shape[-1]
        x = torch.relu(F.conv_transpose2d(x, WEIGHTS[layer + ".weight"], None, 2, 1)[..., :side, :side])
    return x


def to_digit(body):
    picture = Image.open(io.BytesIO(body)).convert("L")
    return torch.from_numpy(np.asarray(picture, np.float32) / 255)[None, None]


def to_png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return Response(file.getvalue(), media_type="image/png")


app = FastAPI()


@app.post("/reconstruction")
async def reconstruction(request: Request):
    digit = to_digit(await request.body())
    with torch.inference_mode():
        output = decode(encode(digit))
    return to_png((output[0, 0].clamp(0, 1) * 255).round().to(torch.uint8).numpy())


@app.post("/tiles")
async def tiles(request: Request, count: int = 16, columns: int = 4, scale: int = 4, gap: int = 2):
    digit = to_digit(await request.body())
    with torch.inference_mode():
        maps = encode(digit)[0, :count].numpy()
    side = maps.shape[-1] * scale
    rows = -(-count // columns)
    grid = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap), 128, np.uint8)
    for i, one in enumerate(maps):
        low, high = one.min(), one.max()
        grey = ((one - low) * (255 / (high - low)) if high > low else one * 0).round().astype(np.uint8)
        y, x = i // columns * (side + gap), i % columns * (side + gap)
        grid[y : y + side, x : x + side] = grey.repeat(scale, 0).repeat(scale, 1)
    return to_png(grid)


@app.post("/batch")
async def batch(request: Request):
    images = torch.from_numpy(np.load(io.BytesIO(await request.body())))
    with torch.inference_mode():
        output = torch.cat([decode(encode(part)) for part in images.split(256)])
    file = io.BytesIO()
    np.save(file, output.numpy())
    return Response(file.getvalue(), media_type="application/x-npy")
