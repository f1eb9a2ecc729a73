"""Binance USD-M futures: its endpoints, order language, replies and events."""
