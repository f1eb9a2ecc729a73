"""Which of the OMS's blocks concern one instrument of one strategy."""

from crossbook.instruments import parse_instrument_id
from crossbook.messages.risk import Block
from strategy_mm.quote_state import Blocked, Reason


class Halts:
    """Fed with every `RiskState`; `not_ready` comes with each state snapshot: why the OMS cannot trade yet."""

    __slots__ = ("_block", "_scopes", "not_ready", "reduce_only")

    def __init__(self, strategy: str, instrument: str) -> None:
        """Nothing is halted until the OMS says so."""
        name = parse_instrument_id(instrument)
        self._scopes = {
            "all",
            f"strategy:{strategy}",
            f"venue:{name.venue}",
            f"instrument:{instrument}",
            f"asset:{name.base}",
        }
        self._block: Block | None = None
        self.reduce_only = False
        self.not_ready = ""

    def on_blocks(self, blocks: tuple[Block, ...]) -> None:
        """All blocks there are now."""
        ours = [block for block in blocks if block.scope in self._scopes]
        self._block = next((block for block in ours if block.level != "reduce_only"), None)
        self.reduce_only = any(block.level == "reduce_only" for block in ours)

    def check(self) -> None:
        """Raises Blocked when nothing may be added at all."""
        if self._block is not None:
            block = self._block
            raise Blocked(
                Reason.HALTED, f"scope={block.scope} level={block.level} cause={block.reason} {block.context}".strip()
            )
        if self.not_ready:
            raise Blocked(Reason.HALTED, f"cause={self.not_ready}")
