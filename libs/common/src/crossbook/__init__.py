"""Crossbook's vocabulary and wires: messages, instruments, bus, configuration, service main."""
