"""Where what the OMS publishes stands in Redis: hash and field per message. The values are JSON of the message.

| hash | field | value |
|---|---|---|
| `<prefix>:positions` | `<account>|<instrument>` | `Position` |
| `<prefix>:balances` | `<account>|<venue>|<market>|<asset>` | `Balance` |
| `<prefix>:orders` | order id | `OrderUpdate`; gone once the order has ended |
| `<prefix>:pnl` | `<account>` | `Pnl` |
| `<prefix>:risk` | `state` | `RiskState` with every halt |
| `<prefix>:venues` | `<account>|<venue>|<market>` | `VenueHealth` |
| `<prefix>:processes` | name | `ProcessHealth` |
| `<prefix>:meta` | `oms` | desk, epoch, journal sequence, configuration hash of the writer |

Beside each hash stands `<hash>:seq` with the journal sequence of every field: a value is applied only if its
sequence is newer than the one there, so that repeated and late writes change nothing.
"""

from typing import NamedTuple

from crossbook.messages.base import Message
from crossbook.messages.health import ProcessHealth
from crossbook.messages.inventory import Balance, Pnl, Position
from crossbook.messages.market import VenueHealth
from crossbook.messages.orders import OrderUpdate
from crossbook.messages.risk import RiskState


class RedisField(NamedTuple):
    """A place in Redis; `gone`: the field is to be removed instead of written."""

    table: str
    field: str
    gone: bool = False


TABLES = ("positions", "balances", "orders", "pnl", "risk", "venues", "processes", "meta")
"""Every hash, without prefix."""


def field_of(message: Message) -> RedisField | None:
    """Where a published message stands in Redis; None for what does not."""
    match message:
        case OrderUpdate():
            return RedisField("orders", str(message.order_id), message.state.is_terminal)
        case Position():
            return RedisField("positions", f"{message.account}|{message.instrument}")
        case Balance():
            return RedisField("balances", f"{message.account}|{message.venue}|{message.market}|{message.asset}")
        case Pnl():
            return RedisField("pnl", message.account)
        case RiskState():
            return RedisField("risk", "state")
        case VenueHealth():
            return RedisField("venues", f"{message.account}|{message.venue}|{message.market}")
        case ProcessHealth():
            return RedisField("processes", message.name)
        case _:
            return None
