"""The crossbook command: run, status, orders, why, tap, halt, kill, audit, decode."""
