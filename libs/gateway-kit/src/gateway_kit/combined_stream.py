"""One decoding pass for combined streams: `{"stream": "<name>", "data": {…}}`.

The name of the stream is the tag of a union of Structs made here, one per stream, each with its own type of data. So
msgspec finds the type of the data from the name without an intermediate copy or a second pass, the type of the result
says which stream it was, and messages that carry no event type of their own (Binance spot's best quotes) need none.
"""

from collections.abc import Callable
from typing import Any, Union

import msgspec

from gateway_kit.market_dialect import Frame


class CombinedStreamDecoder:
    """Decodes frames of the streams it has learned. Numbers may come as strings ("lax")."""

    __slots__ = ("_decoder", "_types", "decode")

    def __init__(self) -> None:
        """Knowing no stream: every frame is refused."""
        self._types: dict[str, type[msgspec.Struct]] = {}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self.decode: Callable[[Frame], Any] = _refuse

    def learn(self, stream: str, data: type) -> type[msgspec.Struct]:
        """Decode `data` from frames of `stream`; the type of their envelopes, whose only attribute is `data`."""
        known = self._types.get(stream)
        if known is not None:
            return known
        envelope = msgspec.defstruct("Envelope", [("data", data)], tag_field="stream", tag=stream, gc=False)
        self._types[stream] = envelope
        self._decoder = msgspec.json.Decoder(Union[tuple(self._types.values())], strict=False)  # noqa: UP007
        self.decode = self._decoder.decode
        return envelope


def _refuse(frame: Frame) -> Any:
    raise msgspec.ValidationError(f"no stream is known yet; {len(frame)} bytes came")
