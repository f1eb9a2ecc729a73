"""The plan of faults: what befalls whom, how often, and always the same for the same seed."""

import msgspec
import pytest

from venue_sim.faults.dice import Dice
from venue_sim.faults.fault import STANDING_KINDS, Fault, FaultKind
from venue_sim.faults.plan import FaultPlan, Where
from venue_sim.faults.request_fate import fate

HERE = Where("spot", "main", "BTCUSDT", "order.place", "depth")


def test_every_kind_of_the_failure_catalogue_is_known() -> None:
    catalogue = (
        "gap dup reorder freeze close drop_ack delay_ack lost_request fill_before_ack fill_on_cancel http reject "
        "tick_change halt delist adl fee_asset transfer funding skew"
    )
    assert set(catalogue.split()) <= {str(kind) for kind in FaultKind}


def test_filters_decide_whom_it_befalls() -> None:
    plan = FaultPlan(1)
    plan.add(Fault(FaultKind.DROP_ACK, market="spot", endpoint="order.place"), 0)
    assert FaultKind.DROP_ACK in plan.for_request(HERE, 0)
    assert plan.for_request(Where("usdm", endpoint="order.place"), 0) == {}
    assert plan.for_request(Where("spot", endpoint="order.cancel"), 0) == {}
    assert plan.for_frame(HERE, 0) == {}, "a fault of requests leaves frames alone"


def test_a_count_is_used_up() -> None:
    plan = FaultPlan(1)
    plan.add(Fault(FaultKind.GAP, count=2), 0)
    assert [len(plan.for_frame(HERE, 0)) for _ in range(4)] == [1, 1, 0, 0]
    assert plan.standing(0) == [] and not plan.touches_market


def test_a_duration_runs_out() -> None:
    plan = FaultPlan(1)
    plan.add(Fault(FaultKind.DELAY_EVENTS, duration_ms=100), 1_000)
    assert len(plan.for_private(HERE, 1_099)) == 1
    assert plan.for_private(HERE, 1_100) == {}


def test_lifting_one_and_all() -> None:
    plan = FaultPlan(1)
    first = plan.add(Fault(FaultKind.GAP), 0)
    plan.add(Fault(FaultKind.DUP), 0)
    plan.add(Fault(FaultKind.DROP_ACK), 0)
    assert plan.remove(first.number) == 1
    assert [each.fault.kind for each in plan.standing(0)] == [FaultKind.DUP, FaultKind.DROP_ACK]
    assert plan.remove() == 2 and plan.for_frame(HERE, 0) == {}


def test_chance_is_seeded_and_about_right() -> None:
    def befallen(seed: int) -> list[int]:
        plan = FaultPlan(seed)
        plan.add(Fault(FaultKind.DROP_ACK, probability=0.1), 0)
        return [number for number in range(5_000) if plan.for_request(HERE, 0)]

    assert befallen(7) == befallen(7) != befallen(8)
    assert 400 <= len(befallen(7)) <= 600


def test_dice_spread_evenly() -> None:
    dice = Dice(3)
    rolls = [dice.roll() for _ in range(10_000)]
    assert min(rolls) >= 0 and max(rolls) < 1
    assert sum(rolls) / len(rolls) == pytest.approx(0.5, abs=0.02)


def test_the_fate_of_requests() -> None:
    assert fate({}) == fate({FaultKind.GAP: Fault(FaultKind.GAP)})
    lost = fate({FaultKind.LOST_REQUEST: Fault(FaultKind.LOST_REQUEST)})
    assert (lost.executed, lost.answered) == (False, False)
    dropped = fate({FaultKind.DROP_ACK: Fault(FaultKind.DROP_ACK)})
    assert (dropped.executed, dropped.answered) == (True, False)
    late = fate({FaultKind.DELAY_ACK: Fault(FaultKind.DELAY_ACK, delay_ms=70)})
    assert (late.executed, late.answered, late.delay_ms, late.events_first) == (True, True, 70, True)
    early = fate({FaultKind.FILL_BEFORE_ACK: Fault(FaultKind.FILL_BEFORE_ACK)})
    assert (early.events_first, early.delay_ms) == (True, 0)


@pytest.mark.parametrize(
    ("fault", "status", "code", "executed"),
    [
        (Fault(FaultKind.REJECT, code=-2010), 400, -2010, False),
        (Fault(FaultKind.HTTP, status=503), 503, -1000, False),
        (Fault(FaultKind.HTTP, status=503, executed=True), 503, -1000, True),
        (Fault(FaultKind.HTTP, status=429, retry_after_ms=3_000), 429, -1003, False),
        (Fault(FaultKind.HTTP, status=418), 418, -1003, False),
        (Fault(FaultKind.STATUS_UNKNOWN, executed=True), 408, -1007, True),
    ],
)
def test_worded_refusals(fault: Fault, status: int, code: int, executed: bool) -> None:
    decided = fate({fault.kind: fault})
    assert decided.wording is not None
    assert (decided.wording.status, decided.wording.code, decided.executed) == (status, code, executed)
    wait = decided.wording.retry_after_ms
    assert wait == (fault.retry_after_ms if status in (418, 429) else None)


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "explode"},
        {"kind": "gap", "probabilty": 1},
        {"kind": "gap", "probability": 2},
        {"kind": "gap", "count": -1},
    ],
)
def test_bodies_that_make_no_sense(body: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, Fault)


def test_standing_and_immediate_kinds() -> None:
    assert FaultKind.OUTAGE not in STANDING_KINDS and FaultKind.HALT not in STANDING_KINDS
    assert {FaultKind.GAP, FaultKind.DROP_ACK, FaultKind.DELAY_EVENTS} <= STANDING_KINDS
