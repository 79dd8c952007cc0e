"""Reads a dicomtap capture with nothing but a MessagePack decoder (python3-msgpack).

Prints one JSON object a line: the header, each record, and at the end a summary.
See src/capture/FORMAT.md for what the values mean.

    python3 read_capture.py CAPTURE
"""
import json
import struct
import sys
import zlib

import msgpack

MARKER = b"\x89DTAP\r\n\x1a"
RECORDS, INDEX, TRAILER = range(3)
SENDERS = ("requestor", "acceptor")


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def blocks(path):
    with open(path, "rb") as file:
        values = msgpack.Unpacker(file, max_buffer_size=2**28)
        header = next(values)
        assert header["format"] == "dicomtap" and header["version"][0] == 1
        yield None, header
        for number, block in enumerate(values):
            marker, capture, sequence, crc, kind, payload, length = block
            assert marker == MARKER and capture == header["capture_id"]
            assert sequence == number and length == len(payload)
            checked = capture + struct.pack(">IBI", sequence, kind, length) + payload
            assert crc == zlib.crc32(checked), f"block {number} is damaged"
            yield kind, payload


octets = dict.fromkeys(SENDERS, 0)
for kind, value in blocks(sys.argv[1]):
    if kind is None:
        print(json.dumps({"header": plain(value)}))
    elif kind == RECORDS:
        records = msgpack.Unpacker(max_buffer_size=2**28)
        records.feed(value)
        for record in records:
            print(json.dumps(plain(record)))
            if record[0] == "data":
                octets[SENDERS[record[2]]] += len(record[4])
print(json.dumps({"octets": octets}))
