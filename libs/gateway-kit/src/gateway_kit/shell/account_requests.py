"""Requests of the OMS that concern the whole account: every market does its part, and one answer sums them up."""

import asyncio
from collections.abc import Callable, Mapping

from crossbook.clock import Clock
from crossbook.messages.base import Message
from crossbook.messages.gateway import CancelAllDone, CancelAllOrders, Reconcile, ReconcileReport
from gateway_kit.shell.order_shell import OrderShell


class AccountRequests:
    """Of one gateway."""

    def __init__(
        self, venue: str, account: str, shells: Mapping[str, OrderShell], clock: Clock, tell: Callable[[Message], None]
    ) -> None:
        """`shells` by market."""
        self._venue, self._account, self._shells = venue, account, shells
        self._clock, self._tell = clock, tell

    async def cancel_all(self, request: CancelAllOrders) -> None:
        """Cancel ours on the instruments named (on all if none is), verify, and say what remains."""
        named = {
            market: {i: t.symbol for i, t in shell.desk.tradables.items() if _wanted(i, request.instruments)}
            for market, shell in self._shells.items()
        }
        results = await asyncio.gather(
            *(
                self._shells[market].let_go("the OMS asks", tuple(symbols.values()))
                for market, symbols in named.items()
                if symbols or not request.instruments
            )
        )
        unverified = any(result.count < 0 for result in results)
        self._tell(
            CancelAllDone(
                request.request_id,
                tuple(instrument for symbols in named.values() for instrument in symbols),
                -1 if unverified else sum(result.count for result in results),
                "; ".join(result.failed for result in results if result.failed),
            )
        )

    async def reconcile(self, request: Reconcile) -> None:
        """Hand on the whole picture of every market, then say that it was told."""
        started_ns = self._clock.monotonic_ns()
        shells = list(self._shells.values())
        pictures = await asyncio.gather(
            *(shell.picture(request.fills_since_time_ns, request.instruments) for shell in shells)
        )
        self._tell(
            ReconcileReport(
                request_id=request.request_id,
                venue=self._venue,
                account=self._account,
                markets=tuple(self._shells),
                open_order_ids=tuple(
                    sorted(
                        order_id
                        for shell, picture in zip(shells, pictures, strict=True)
                        for order_id in shell.ours(picture)
                    )
                ),
                started_ns=started_ns,
                finished_ns=self._clock.monotonic_ns(),
                failed="; ".join(picture.failed for picture in pictures if picture.failed),
            )
        )


def _wanted(instrument: str, named: tuple[str, ...]) -> bool:
    return not named or instrument in named
