"""The plain stack: the same cores in the shells an ordinary engineer would write first.

`websockets` for sockets, `json` for frames, dictionaries in `msgpack` on the bus, `zmq.asyncio` for its sockets, and
asyncio's own event loop. Decisions, journal, checks and wiring are the product's own: what differs is only how bytes
come in, how they go from process to process, and which loop carries them.
"""
