"""Why the OMS itself refuses an intent, before or beside risk: what it cannot send, it does not reserve."""

from enum import StrEnum


class Refusal(StrEnum):
    """Codes of `Denied` that are the OMS's own; risk's are in `risk.denials`."""

    HELLO_FIRST = "hello_first"
    """The peer has not introduced itself in this life of the OMS, or speaks for another strategy."""
    SCHEMA_MISMATCH = "schema_mismatch"
    """The strategy speaks another message schema: run both from the same build."""
    STOPPING = "stopping"
    """The OMS is ending and adds nothing any more."""
    JOURNAL_UNWRITABLE = "journal_unwritable"
    """Nothing can be written down, so nothing may be added."""
    GATEWAY_ABSENT = "gateway_absent"
    """No gateway of the account trades the instrument now."""
    RECOVERING = "recovering"
    """The gateway's account has not been compared with its venue since the link or the OMS came back."""
    GATEWAY_NOT_READY = "gateway_not_ready"
    """The gateway says that it cannot send for this market, and why."""
    UNKNOWN_ORDER = "unknown_order"
    """No such order of this strategy."""
    ORDER_ENDED = "order_ended"
    """There is nothing left to cancel."""
    ORDER_NOT_AMENDABLE = "order_not_amendable"
    """Something is pending or unknown with the order, or it has ended."""
    PAIR_INCOMPLETE = "pair_incomplete"
    """The other half of the pair did not come in time."""
