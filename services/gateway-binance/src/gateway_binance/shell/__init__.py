"""The shells of the Binance gateway: configuration, files and the wiring."""
