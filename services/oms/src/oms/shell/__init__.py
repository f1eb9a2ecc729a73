"""Everything of the OMS that touches the world: sockets, files, Redis, the clock."""
