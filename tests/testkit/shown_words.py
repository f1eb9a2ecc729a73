"""Words of private streams in one line each, as the payload files of tests write them."""

from gateway_kit.order_words import (
    BalancesWord,
    FillWord,
    MovementWord,
    OrderWord,
    PositionsWord,
    SeenWord,
    StreamEnded,
    StreamWord,
    UnknownWord,
)


def shown(word: StreamWord) -> str:
    """Kind and contents."""
    match word:
        case OrderWord():
            return (
                f"order {word.client_order_id} {word.venue_order_id} {word.state.value} {word.side.name} {word.price} "
                f"{word.qty} {word.cumulative} {word.reason or repr('')} {word.venue_time_ns // 1_000_000}"
            )
        case FillWord():
            return (
                f"fill {word.client_order_id} {word.venue_order_id} {word.trade_id} {word.side.name} {word.price} "
                f"{word.qty} {word.fee} {word.fee_asset} {'maker' if word.maker else 'taker'} "
                f"{word.venue_time_ns // 1_000_000}"
            )
        case BalancesWord():
            held = " ".join(f"{b.asset}={b.free}+{b.locked}" for b in word.balances)
            return f"balances {held} {'whole' if word.complete else 'partial'} {_tail(word)}"
        case PositionsWord():
            open_now = " ".join(f"{p.symbol}={p.qty}@{p.entry_price}({p.unrealised})" for p in word.positions)
            return f"positions {open_now} {'whole' if word.complete else 'partial'} {_tail(word)}"
        case MovementWord():
            return (
                f"moved {word.symbol} {word.asset} {word.amount} {word.kind} {word.venue_id} "
                f"{word.venue_time_ns // 1_000_000}"
            )
        case SeenWord():
            return f"seen {word.client_order_id}"
        case StreamEnded():
            return f"ended {word.reason}"
        case UnknownWord():
            return f"unknown {word.kind}"


def _tail(word: BalancesWord | PositionsWord) -> str:
    return f"{word.reason} {word.venue_time_ns // 1_000_000}"
