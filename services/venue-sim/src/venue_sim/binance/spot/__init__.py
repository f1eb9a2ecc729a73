"""Binance spot: its endpoints, order language, replies and events."""
