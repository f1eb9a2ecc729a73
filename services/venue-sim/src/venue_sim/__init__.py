"""A simulated exchange that speaks each venue's real protocol on loopback."""
