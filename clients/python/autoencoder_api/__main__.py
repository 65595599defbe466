"""The command line: `python3 -m autoencoder_api train|reconstruct|weights|onnx`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
from pathlib import Path
from typing import Any

from .client import Client
from .transport import ApiError

_BAR = 30  # characters


def main(arguments: list[str] | None = None) -> int:
    """Runs one command. Returns the process's exit code: 1 where the service refuses or the job does not succeed."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(Client(options.url, os.environ.get("AUTOENCODER_API_KEY")), options)
    except (ApiError, urllib.error.URLError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _train(client: Client, options: argparse.Namespace) -> int:
    job = client.submit(**dict(options.set), architecture=options.architecture)
    print(job["id"])
    for warning in job["warnings"]:
        print(warning, file=sys.stderr)
    for job in client.follow(job["id"]):
        _show(job)
    print(file=sys.stderr)
    if job["status"] != "succeeded":
        print(f"{job['status']}: {(job['error'] or {}).get('detail', '')}", file=sys.stderr)
        return 1
    print(f"checkpoint {job['latestCheckpoint']}, test loss {job['loss']['test']}")
    return 0


def _reconstruct(client: Client, options: argparse.Namespace) -> int:
    options.out.write_bytes(client.draw_reconstruction(options.checkpoint, options.image.read_bytes(), layout=options.layout, scale=options.scale))
    return 0


def _weights(client: Client, options: argparse.Namespace) -> int:
    options.out.write_bytes(client.weights_file(options.checkpoint))
    return 0


def _onnx(client: Client, options: argparse.Namespace) -> int:
    options.out.write_bytes(client.onnx_file(options.checkpoint))
    return 0


def _show(job: dict[str, Any]) -> None:
    """Draws the bar over itself."""
    step, steps = job["progress"]["step"], job["progress"]["steps"]
    filled = _BAR * step // steps
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {step}/{steps} {job['status']:<10}", end="", file=sys.stderr, flush=True)


def _setting(text: str) -> tuple[str, Any]:
    """`steps=200` and `channels=[8,16]` as JSON has them; what is not JSON is a string."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("autoencoder_api", description="Calls an AutoencoderApi service. AUTOENCODER_API_KEY holds the key, where it wants one.")
    parser.add_argument("--url", default="http://localhost:8080", help="the service (%(default)s)")
    commands = parser.add_subparsers(required=True)

    train = commands.add_parser("train", help="train a network and follow it")
    train.add_argument("architecture", nargs="?", default="strided")
    train.add_argument("--set", action="append", default=[], type=_setting, metavar="NAME=VALUE", help="a setting of the job, as steps=2000 or channels=[8,16]")
    train.set_defaults(run=_train)

    reconstruct = commands.add_parser("reconstruct", help="draw the reconstruction of a PNG or JPEG")
    reconstruct.add_argument("image", type=Path)
    reconstruct.add_argument("out", type=Path)
    reconstruct.add_argument("--checkpoint", default="latest", help="id or tag (%(default)s)")
    reconstruct.add_argument("--layout", default="pair", choices=["single", "pair", "difference"])
    reconstruct.add_argument("--scale", default=8, type=int)
    reconstruct.set_defaults(run=_reconstruct)

    for name, content, run in (("weights", "a checkpoint's safetensors file", _weights), ("onnx", "a checkpoint's network as an ONNX model", _onnx)):
        download = commands.add_parser(name, help=f"download {content}")
        download.add_argument("out", type=Path)
        download.add_argument("--checkpoint", default="latest", help="id or tag (%(default)s)")
        download.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
