"""A lean venue for the bench: as much of Binance USD-M as its gateway needs, and stamps of what left and what came.

venue-sim matches orders and checks signatures; at thousands of ticks a second that would be most of what is measured.
This one sends prepared frames at an exact pace and takes every order, so that its own share stays small.
"""
