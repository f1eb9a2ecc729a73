"""The Binance protocol, pure: requests in, replies and events out; no sockets, no clock."""
