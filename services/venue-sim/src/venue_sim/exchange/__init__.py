"""The exchange itself, in memory and venue-neutral: orders, matching, accounts, rules, events. Pure core."""
