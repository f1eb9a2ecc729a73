"""What all exchange gateways share: books, sequence rules, sessions, rate limits, outcome resolver."""
