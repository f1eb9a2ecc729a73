"""The parts that touch sockets and the clock."""
