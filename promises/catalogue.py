"""Which tests prove which promise, in how many rounds, and how its figure reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """One promise. Every round is one run of its tests in their full form, with the round's number as seed."""

    name: str
    says: str
    tests: str
    """File, relative to the checkout."""
    rounds: int
    figure: str
    """Text with `{count}`, `{broken}`, and of each figure measured `{<name>_max}` and `{<name>_sum}`."""
    patience_s: int = 600
    """A round that takes longer has failed."""


PROMISES = (
    Promise(
        "P1",
        "one intent, at most one live venue order",
        "tests/chaos/test_p01_one_intent_one_order.py",
        50,
        "{broken} duplicates of {count} intents, {gateway_kills_sum:.0f} gateway kills",
    ),
    Promise(
        "P2",
        "exposure never above a limit by even one lot",
        "tests/chaos/test_p02_never_over_a_limit.py",
        10,
        "{broken} breaches at {count} venue events, {nearest_share_max:.1%} of a limit used",
    ),
    Promise(
        "P3",
        "after kill -9 of any one process every open order is known or cancelled within 5 s",
        "tests/chaos/test_p03_orders_are_known_after_a_kill.py",
        5,
        "{broken} too late of {count} kills; known after {known_after_gateway_s_max:.1f} s (gateway), "
        "{known_after_oms_s_max:.1f} s (OMS), cancelled after {cancelled_after_strategy_s_max:.1f} s (strategy)",
    ),
    Promise(
        "P4",
        "with all our processes dead, every order is gone within the venue's dead-man window (spot has none: --sweep)",
        "tests/chaos/test_p04_the_dead_leave_nothing.py",
        5,
        "{broken} of {count} orders left; USD-M empty {usdm_gone_after_s_max:.1f} s after the end, the window is 10 s",
    ),
    Promise(
        "P5",
        "position equals the venue's within 3 s of any reconnect, restart or Redis loss",
        "tests/chaos/test_p05_position_is_the_venues.py",
        20,
        "{broken} unequal of {count}; equal after {equal_after_s_max:.2f} s at most",
    ),
    Promise(
        "P6",
        "every fill counts exactly once",
        "tests/chaos/test_p06_every_fill_once.py",
        12,
        "{broken} miscounted of {count} fills, {oms_kills_sum:.0f} OMS kills",
    ),
    Promise(
        "P7",
        "no order is decided on data older than its limit",
        "tests/chaos/test_p07_stale_data_decides_nothing.py",
        2,
        "{broken} violations in {count} silences; the last quote pulled {last_event_ms_max:.0f} ms after the last news",
    ),
    Promise(
        "P8",
        "no order older than its valid_until leaves a gateway",
        "tests/chaos/test_p08_nothing_expired_is_sent.py",
        3,
        "{broken} of {count} sent late; at the venue {latest_ms_max:.0f} ms after their end at most",
    ),
    Promise(
        "P9",
        "KILL: no new order after 250 ms, nothing open after 3 s",
        "tests/chaos/test_p09_kill_stops_everything.py",
        3,
        "{broken} faults in {count} kills; last new order {last_new_order_ms_max:.0f} ms after KILL",
    ),
    Promise(
        "P10",
        "only the venue's word ends an order",
        "tests/chaos/test_p10_only_the_venue_ends_an_order.py",
        1,
        "{broken} guessed or wrong of {count} orders; all right {right_after_s_max:.1f} s after the return",
        patience_s=900,
    ),
    Promise(
        "P11",
        "a reducing order is never denied for exposure or loss; an adding one never passes over a limit",
        "tests/property/test_risk_p11_limits.py",
        33,
        "0 wrong verdicts of {count}",
        patience_s=1_200,
    ),
    Promise(
        "P12",
        "no NaN, infinite, zero, off-grid or out-of-band order reaches a venue",
        "tests/property/test_risk_p12_fuzz.py",
        40,
        "0 unsound orders of {count} asked for",
        patience_s=1_200,
    ),
    Promise(
        "P13",
        "order rate never above the cap, Retry-After obeyed, no ban, cancels within 500 ms",
        "tests/chaos/test_p13_rates_are_kept.py",
        5,
        "{broken} faults of {count} orders asked for; {spot_share_of_cap_max:.0%} and {usdm_share_of_cap_max:.0%} of "
        "the caps used, slowest cancel {cancel_s_max:.3f} s",
    ),
    Promise(
        "P15",
        "loss on the bus is seen, never guessed",
        "tests/chaos/test_p15_loss_on_the_bus_is_seen.py",
        2,
        "{broken} unseen of {count} losses and late joiners; present state {joined_s_max:.3f} s after joining",
    ),
    Promise(
        "P20",
        "secrets never leave the gateway process",
        "tests/chaos/test_p20_secrets_stay_in_the_gateway.py",
        1,
        "{broken} secrets found in {count} files, keys, frames and environments, {mb_searched_max:.0f} MB",
    ),
)
