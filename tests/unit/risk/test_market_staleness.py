"""Books that are invalid or silent: their orders go, the others stay."""

from crossbook.messages.market import BookInvalid, BookProved
from risk.actions import Blocked, CancelScope, Cleared
from risk.denials import DenialCode
from testkit.risk_world import PERP, SPOT, RiskWorld


def test_a_gap_halts_its_instrument_at_once_and_no_other() -> None:
    world = RiskWorld()
    actions = world.engine.on_invalid(BookInvalid(SPOT, "gap", world.now_ns, world.now_ns))
    assert CancelScope(f"instrument:{SPOT}", "market_data") in actions
    assert [action.block.context for action in actions if isinstance(action, Blocked)] == ["invalid='gap'"]
    assert world.denial().code is DenialCode.HALTED
    world.place(PERP)


def test_the_halt_clears_with_the_next_good_top() -> None:
    world = RiskWorld()
    world.engine.on_invalid(BookInvalid(SPOT, "gap", world.now_ns, world.now_ns))
    world.pass_ms(300)
    actions = world.engine.on_timer(world.now_ns)
    assert [action.block.scope for action in actions if isinstance(action, Cleared)] == [f"instrument:{SPOT}"]
    world.place()


def test_silence_beyond_the_limit_halts_and_is_noticed_by_the_timer() -> None:
    world = RiskWorld()
    world.now_ns += 1_000_000_000
    assert world.engine.on_timer(world.now_ns) == []
    world.now_ns += 1
    actions = world.engine.on_timer(world.now_ns)
    assert {action.scope for action in actions if isinstance(action, CancelScope)} == {
        f"instrument:{name}" for name in (SPOT, PERP, "BTC-USDC@beta")
    }


def test_a_quiet_book_that_the_venue_proves_again_is_not_stale() -> None:
    world = RiskWorld()
    world.now_ns += 900_000_000
    world.engine.on_proved(BookProved(SPOT, 1, world.now_ns))
    world.now_ns += 900_000_000
    stale = {action.scope for action in world.engine.on_timer(world.now_ns) if isinstance(action, CancelScope)}
    assert f"instrument:{SPOT}" not in stale
    assert f"instrument:{PERP}" in stale
    world.place()


def test_a_proof_does_not_make_an_invalid_book_good() -> None:
    world = RiskWorld()
    world.engine.on_invalid(BookInvalid(SPOT, "gap", world.now_ns, world.now_ns))
    world.engine.on_proved(BookProved(SPOT, 1, world.now_ns))
    world.engine.on_timer(world.now_ns)
    assert world.denial().code is DenialCode.HALTED


def test_a_crossed_or_one_sided_book_is_not_good_and_keeps_the_last_good_mid() -> None:
    world = RiskWorld()
    view = world.engine.context.view(SPOT)
    for bid, ask, reason in (
        (50_001.0, 50_000.0, "crossed"),
        (50_000.0, 0.0, "one_sided"),
        (0.0, 50_000.0, "one_sided"),
    ):
        world.top(SPOT, bid, ask)
        assert (view.invalid, view.mid) == (reason, 50_000.0)
    assert world.denial().code is DenialCode.BOOK_INVALID
    world.top(SPOT)
    world.place()


def test_nan_and_infinite_prices_are_no_book() -> None:
    world = RiskWorld()
    for bid, ask in ((float("nan"), 50_000.0), (50_000.0, float("nan")), (50_000.0, float("inf"))):
        world.top(SPOT, bid, ask)
        assert world.engine.context.view(SPOT).invalid == "crossed"
        assert world.engine.context.view(SPOT).mid == 50_000.0


def test_an_operators_resume_of_a_bad_book_does_not_last() -> None:
    world = RiskWorld()
    world.engine.on_invalid(BookInvalid(SPOT, "gap", world.now_ns, world.now_ns))
    world.engine.resume(f"instrument:{SPOT}", "operator", world.now_ns)
    assert world.denial().code is DenialCode.BOOK_INVALID
    assert any(isinstance(action, Blocked) for action in world.engine.on_timer(world.now_ns))
