"""The shells of a gateway: sockets, HTTP, timers. Everything that decides lies outside."""
