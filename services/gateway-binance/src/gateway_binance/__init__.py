"""The Binance gateway: spot and USD-M futures."""
