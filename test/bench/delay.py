"""Joins two bridges with two tap devices and holds every frame for a while: delay.py TAP TAP SECONDS.

Frames carry their offloading header, so that a whole burst of TCP is one frame here. It prints a line once it forwards
and ends with its standard input. Plain poll of both: Python's own timers are exact to some microseconds.
"""

import fcntl
import os
import select
import struct
import sys
import time
from collections import deque

TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
CHECKSUM, TSO4, TSO6 = 0x01, 0x02, 0x04


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(device, TUNSETOFFLOAD, CHECKSUM | TSO4 | TSO6)
    return device


def main():
    one, other, held = tap(sys.argv[1]), tap(sys.argv[2]), float(sys.argv[3])
    print("ready", flush=True)
    # Frames on their way, the oldest first: all are held equally long.
    waiting = deque()
    to = {one: other, other: one}
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        ready, _, _ = select.select([one, other, 0], [], [], pause)
        if 0 in ready and not os.read(0, 1):
            return
        for device in ready:
            try:
                while device != 0:
                    waiting.append((time.monotonic() + held, to[device], os.read(device, 70000)))
            except BlockingIOError:
                pass
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, device, frame = waiting.popleft()
            try:
                os.write(device, frame)
            except OSError:
                pass  # A full queue loses frames, as a real one does.


main()
