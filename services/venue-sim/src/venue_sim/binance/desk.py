"""What the handlers of one product work with: the exchange, how its numbers are written, limits, recent trades."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from venue_sim.binance.admission import KeyRing, Product
from venue_sim.binance.limits import Interval, OrderCounter, WeightLimiter
from venue_sim.binance.outbox import Outbox
from venue_sim.binance.signing import ApiKey
from venue_sim.binance.tape import Tape
from venue_sim.binance.usdm.listen_keys import ListenKeys
from venue_sim.exchange.api import Atoms, Exchange, Instrument, decimals_of, text

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Digits:
    """How many decimals prices and quantities of a symbol are written with."""

    price: int = 8
    quantity: int = 8

    def price_text(self, value: Atoms) -> str:
        """A price as the venue prints it."""
        return text(value, self.price)

    def quantity_text(self, value: Atoms) -> str:
        """A quantity as the venue prints it."""
        return text(value, self.quantity)


def usual_digits(instrument: Instrument) -> Digits:
    """Eight decimals on spot; on futures what tick and lot need, prices with two at least."""
    if instrument.market == "spot":
        return Digits()
    return Digits(max(decimals_of(instrument.tick), 2), decimals_of(instrument.lot))


@dataclass(slots=True)
class IdMaker:
    """Client order ids the venue makes up, unguessable to others yet the same for the same seed."""

    seed: str
    _made: int = 0

    def next_id(self, length: int = 22) -> str:
        """A fresh alphanumeric id."""
        self._made += 1
        digest = hashlib.sha256(f"{self.seed}:{self._made}".encode()).digest()
        number = int.from_bytes(digest, "big")
        letters: list[str] = []
        for _ in range(length):
            number, index = divmod(number, 62)
            letters.append(_ALPHABET[index])
        return "".join(letters)


@dataclass(slots=True)
class Desk:
    """One product (spot or USD-M futures) of the venue."""

    product: Product
    exchange: Exchange
    outbox: Outbox
    keys: KeyRing
    weights: WeightLimiter
    orders: OrderCounter
    raw_requests: Interval | None
    tape: Tape
    ids: IdMaker
    listen_keys: ListenKeys
    digits: dict[str, Digits] = field(default_factory=dict)

    def digits_of(self, symbol: str) -> Digits:
        """How numbers of the symbol are written."""
        digits = self.digits.get(symbol)
        if digits is None:
            digits = self.digits[symbol] = usual_digits(self.exchange.instrument(self.product, symbol))
        return digits

    def learn_rules(self, instrument: Instrument) -> None:
        """Write a symbol with more decimals when its tick or lot has become finer."""
        known, usual = self.digits_of(instrument.symbol), usual_digits(instrument)
        finest = Digits(max(known.price, usual.price), max(known.quantity, usual.quantity))
        self.digits[instrument.symbol] = finest

    def key_of(self, account: str) -> ApiKey | None:
        """The first key of an account, whose permissions `apiRestrictions` shows."""
        return next((key for key in self.keys.keys.values() if key.account == account), None)
