"""What a gateway asks about its account before it trades, and again each hour: key, position mode, fees."""

import asyncio
from collections.abc import Callable

from crossbook.errors import ErrorClass, HumanNeeded
from crossbook.messages.base import Message
from crossbook.messages.gateway import FeeReport
from crossbook.telemetry import get_logger
from gateway_kit.order_words import Facts, NoAnswer, Refusal
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell.market_shell import MarketShell
from gateway_kit.shell.order_shell import OrderShell

log = get_logger()

_AGAIN_S = 2.0
_FEES_EVERY_S = 3_600.0


class AccountChecks:
    """Of one market."""

    def __init__(
        self, venue: str, account: str, data: MarketShell, orders: OrderShell, tell: Callable[[Message], None]
    ) -> None:
        """New orders wait until the key has been found harmless."""
        self._venue, self._account = venue, account
        self._data, self._orders, self._tell = data, orders, tell
        orders.block("account", "key not yet checked")

    async def run(self, *, allow_unknown_permissions: bool) -> None:
        """Check, then keep the fees fresh. Raises HumanNeeded for a key or mode that must not trade."""
        await self._data.instruments.loaded.wait()
        await self._permissions(allow_unknown_permissions)
        if self._orders.desk.dialect.capabilities.positions:
            await self._position_mode()
        self._orders.clear("account")
        while True:
            await self._fees()
            await asyncio.sleep(_FEES_EVERY_S)

    async def _permissions(self, allow_unknown: bool) -> None:
        if self._orders.desk.dialect.ask_offered(Kind.PERMISSIONS):
            facts = await self._facts(Ask(Kind.PERMISSIONS), or_none=allow_unknown)
        else:
            facts = None
        if facts is None:
            if not allow_unknown:
                raise HumanNeeded(
                    f"{self._venue} does not tell what the key may do; on a testnet set allow_unknown_permissions"
                )
            return
        if facts.get("withdraw") == "true":
            raise HumanNeeded(
                "the API key may withdraw: make one without that right, restricted to this host's address"
            )

    async def _position_mode(self) -> None:
        facts = await self._facts(Ask(Kind.POSITION_MODE), or_none=False)
        if facts is not None and facts.get("dualSidePosition", "").lower() == "true":
            raise HumanNeeded("the account is in hedge mode: switch it to one-way positions")

    async def _facts(self, ask: Ask, *, or_none: bool) -> dict[str, str] | None:
        """Asks until there is an answer; None where the venue cannot say and that is allowed."""
        while True:
            answer = (await self._orders.ask(ask)).answer
            if isinstance(answer, Facts):
                return answer.values
            if isinstance(answer, Refusal) and answer.error_class is ErrorClass.AUTH and not or_none:
                raise HumanNeeded(f"{self._venue} refuses our key: {answer.code} {answer.message}")
            if or_none and isinstance(answer, Refusal | NoAnswer):
                return None
            log.warning("account_check_repeated", kind=ask.kind.value, answer=str(answer))
            await asyncio.sleep(_AGAIN_S)

    async def _fees(self) -> None:
        for symbol, definition in self._data.definitions.items():
            answer = (await self._orders.ask(Ask(Kind.FEES, symbol))).answer
            if not isinstance(answer, Facts):
                log.warning("fees_unknown", symbol=symbol, answer=str(answer))
                continue
            maker, taker = float(answer.values["maker_bps"]), float(answer.values["taker_bps"])
            self._data.set_fees(symbol, maker, taker)
            self._tell(FeeReport(self._venue, self._account, definition.instrument, maker, taker))
