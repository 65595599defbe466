#!/usr/bin/env python3
"""Keeps 500 connections open to a service, each of which sends a request at one byte a second. Prints, when it is ended,
how many were closed and how many seconds the longest of them lasted.

usage: bench/peers/trickle.py HOST PORT [CONNECTIONS]
"""
import asyncio
import signal
import sys
import time

REQUEST = b"POST /v1/training-jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Filler: " + b"x" * 900
lasted = []


async def caller(host, port):
    while True:
        reader, writer = await asyncio.open_connection(host, port)
        begun = time.monotonic()
        closed = asyncio.ensure_future(reader.read())
        for byte in REQUEST:
            writer.write(bytes([byte]))
            if (await asyncio.wait([closed], timeout=1))[0]:
                break
        lasted.append(time.monotonic() - begun)
        writer.close()


async def main(host, port, connections=500):
    callers = asyncio.gather(*(caller(host, int(port)) for _ in range(int(connections))), return_exceptions=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, callers.cancel)
    try:
        await callers
    except asyncio.CancelledError:
        print(f"{len(lasted)} {max(lasted, default=0):.1f}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
