"""What was sent is never taken for new, however long ago it was."""

from gateway_kit.sent_ids import SentIds


def test_an_id_is_new_once() -> None:
    sent = SentIds()
    assert 5 not in sent
    sent.add(5)
    sent.add(5)
    assert 5 in sent


def test_what_is_too_old_to_remember_counts_as_sent() -> None:
    sent = SentIds(capacity=10)
    for order_id in range(100, 200, 2):
        sent.add(order_id)
    assert all(order_id in sent for order_id in range(100, 179))
    assert 199 not in sent
    assert 201 not in sent
