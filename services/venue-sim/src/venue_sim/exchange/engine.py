"""What the exchange asks of the thing behind a symbol, be it a matching book or a replayed market."""
