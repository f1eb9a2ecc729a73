"""The market maker: fair price, skew, quotes, and the differ that keeps their place in the queue."""
