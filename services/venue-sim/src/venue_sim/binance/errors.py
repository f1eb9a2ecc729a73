"""What Binance says when it refuses: codes, messages, HTTP statuses.

Source: Binance's error-code pages for spot and for USD-M futures. The same number means different things on the two
products, so each product's own codes are named by product.
"""

from __future__ import annotations

from typing import Any


class VenueError(Exception):
    """A refusal as the venue words it.

    `status` is the HTTP status (also the `status` of a WebSocket-API reply), `data` the extra object some replies carry
    beside `code` and `msg`, `retry_after_ms` how long a rate-limited caller must wait.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        data: dict[str, Any] | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.data = data
        self.retry_after_ms = retry_after_ms

    def body(self) -> dict[str, Any]:
        """The JSON object of a REST error reply."""
        return {"code": self.code, "msg": self.message} | ({"data": self.data} if self.data is not None else {})


# ------------------------------------------------------------------ both products


def unknown_error() -> VenueError:
    """-1000: the venue does not say what went wrong."""
    return VenueError(-1000, "An unknown error occurred while processing the request.", status=500)


def unauthorized() -> VenueError:
    """-1002: the key may not do this."""
    return VenueError(-1002, "You are not authorized to execute this request.", status=401)


def too_much_weight(limit: int, retry_after_ms: int) -> VenueError:
    """-1003 with HTTP 429: request weight of the minute used up."""
    message = (
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    return VenueError(-1003, message, status=429, retry_after_ms=retry_after_ms)


def banned(until_ms: int, now_ms: int) -> VenueError:
    """-1003 with HTTP 418: the address went on after 429."""
    message = (
        f"Way too much request weight used; IP banned until {until_ms}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
    return VenueError(-1003, message, status=418, retry_after_ms=max(0, until_ms - now_ms))


def too_many_orders(limit: int, interval_number: int, interval: str, retry_after_ms: int) -> VenueError:
    """-1015 with HTTP 429: the order count of an interval is used up."""
    message = f"Too many new orders; current limit is {limit} orders per {interval_number} {interval}."
    return VenueError(-1015, message, status=429, retry_after_ms=retry_after_ms)


def outside_recv_window() -> VenueError:
    """-1021: the request is too old."""
    return VenueError(-1021, "Timestamp for this request is outside of the recvWindow.")


def ahead_of_server() -> VenueError:
    """-1021: the client's clock runs more than a second ahead."""
    return VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def invalid_signature() -> VenueError:
    """-1022: the signature does not match what was sent."""
    return VenueError(-1022, "Signature for this request is not valid.")


def illegal_chars(name: str, legal: str) -> VenueError:
    """-1100: a parameter is not of its alphabet."""
    return VenueError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def missing(name: str) -> VenueError:
    """-1102: a mandatory parameter is absent, empty or malformed."""
    return VenueError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def either_missing(first: str, second: str) -> VenueError:
    """-1102: one of two parameters is needed."""
    return VenueError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def not_required(name: str) -> VenueError:
    """-1106: a parameter was sent that this order type must not carry."""
    return VenueError(-1106, f"Parameter '{name}' sent when not required.")


def too_precise(name: str) -> VenueError:
    """-1111: more decimals than the asset has."""
    return VenueError(-1111, f"Parameter '{name}' has too much precision.")


def bad_tif() -> VenueError:
    """-1115."""
    return VenueError(-1115, "Invalid timeInForce.")


def bad_order_type() -> VenueError:
    """-1116."""
    return VenueError(-1116, "Invalid orderType.")


def bad_side() -> VenueError:
    """-1117."""
    return VenueError(-1117, "Invalid side.")


def bad_symbol() -> VenueError:
    """-1121."""
    return VenueError(-1121, "Invalid symbol.")


def bad_listen_key() -> VenueError:
    """-1125."""
    return VenueError(-1125, "This listenKey does not exist.")


def bad_value(name: str) -> VenueError:
    """-1130: the value of a parameter is not one of those allowed."""
    return VenueError(-1130, f"Data sent for parameter '{name}' is not valid.")


def bad_json(name: str) -> VenueError:
    """-1135: a parameter that holds JSON does not parse."""
    return VenueError(-1135, f"JSON sent for parameter '{name}' is not valid")


def unknown_order() -> VenueError:
    """-2011: nothing to cancel under that id."""
    return VenueError(-2011, "Unknown order sent.")


def no_such_order() -> VenueError:
    """-2013: nothing to show under that id."""
    return VenueError(-2013, "Order does not exist.")


def bad_key_format() -> VenueError:
    """-2014."""
    return VenueError(-2014, "API-key format invalid.", status=401)


def rejected_key() -> VenueError:
    """-2015."""
    return VenueError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)


# ------------------------------------------------------------------ spot


def spot_rejected(message: str) -> VenueError:
    """-2010: the matching engine refuses a new order."""
    return VenueError(-2010, message)


def spot_cancel_rejected(message: str) -> VenueError:
    """-2011: the matching engine refuses a cancel."""
    return VenueError(-2011, message)


def already_subscribed() -> VenueError:
    """-2035: this account's events already come on this connection."""
    return VenueError(-2035, "User Data Stream subscription already active.")


def not_subscribed() -> VenueError:
    """-2036: no such subscription on this connection."""
    return VenueError(-2036, "User Data Stream subscription not active.")


def unsupported(method: str) -> VenueError:
    """-1020: no such method or endpoint."""
    return VenueError(-1020, f"This operation is not supported: '{method}'.")
