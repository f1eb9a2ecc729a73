"""What restricts trading now: blocks by scope, each with its level and cause.

`reduce_only` and `halt` deny orders that add; cancels, reducing orders and arbitrage repairs pass. They differ in what
stands: at a halt the scope's orders are cancelled, at `reduce_only` they stay. `kill` lets only cancels pass. A latched
block, and every kill, goes only by an operator's resume of exactly its scope; others go with their cause.
"""

from crossbook.messages.risk import Block
from risk.scopes import ALL, check_scope

REDUCE_ONLY, HALT, KILL = "reduce_only", "halt", "kill"
BY_RULE = "risk"
"""Who imposes a block when a portfolio rule does."""
LEVELS = (REDUCE_ONLY, HALT, KILL)
"""From the mildest to the strictest."""


class TradingState:
    """The blocks in force. One per scope and cause, so that each goes with its own cause."""

    def __init__(self) -> None:
        """Nothing is blocked."""
        self._blocks: dict[tuple[str, str], Block] = {}
        self._by_scope: dict[str, Block] = {}
        """The strictest block of each scope."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Everything in force, in the order it came."""
        return tuple(self._blocks.values())

    def impose(self, block: Block) -> bool:
        """Put a block in force; False when the same one is already. Raises ValueError on a bad scope or level.

        A block never becomes milder or unlatched by being imposed again.
        """
        check_scope(block.scope)
        if block.level not in LEVELS:
            raise ValueError(f"level {block.level!r} is not one of {', '.join(LEVELS)}")
        key = (block.scope, block.reason)
        known = self._blocks.get(key)
        if known is not None and (_strictness(known) >= _strictness(block) and known.latched >= _latches(block)):
            return False
        self._blocks[key] = _merged(known, block)
        self._index(block.scope)
        return True

    def has(self, scope: str, reason: str) -> bool:
        """Whether that very block is in force."""
        return (scope, reason) in self._blocks

    def clear(self, scope: str, reason: str) -> Block | None:
        """The cause is gone: lift its block, unless it is latched."""
        block = self._blocks.get((scope, reason))
        if block is None or block.latched:
            return None
        return self._lift(block)

    def resume(self, scope: str) -> tuple[Block, ...]:
        """An operator's word: lift everything of exactly this scope, latched or not."""
        return tuple(self._lift(block) for block in self.blocks if block.scope == scope)

    def strictest(self, *, venue: str, instrument: str, strategy: str, asset: str) -> Block | None:
        """The strictest block over an order of these; None when there is none."""
        if not self._by_scope:
            return None
        scopes = (ALL, f"venue:{venue}", f"asset:{asset}", f"instrument:{instrument}", f"strategy:{strategy}")
        found = [block for scope in scopes if (block := self._by_scope.get(scope)) is not None]
        return max(found, key=_strictness, default=None)

    def _lift(self, block: Block) -> Block:
        del self._blocks[block.scope, block.reason]
        self._index(block.scope)
        return block

    def _index(self, scope: str) -> None:
        blocks = [block for block in self._blocks.values() if block.scope == scope]
        if blocks:
            self._by_scope[scope] = max(blocks, key=_strictness)
        else:
            del self._by_scope[scope]


def _strictness(block: Block) -> int:
    return LEVELS.index(block.level)


def _latches(block: Block) -> bool:
    return block.latched or block.level == KILL


def _merged(known: Block | None, block: Block) -> Block:
    """The stricter and more lasting of both, since when the first began."""
    stricter = known if known is not None and _strictness(known) > _strictness(block) else block
    return Block(
        scope=block.scope,
        level=stricter.level,
        reason=block.reason,
        latched=_latches(block) or (known is not None and known.latched),
        since_ns=known.since_ns if known is not None else block.since_ns,
        by=stricter.by,
        context=stricter.context,
    )
