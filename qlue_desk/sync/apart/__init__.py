"""The engine in a process of its own, for an open desk: a page that is applied takes nothing from the hand that types.

Python runs one thread at a time. While pages came in, a key waited for the thread that read them, and nineteen of
twenty keys were painted within three to nine times of what they take on a still desk; with two processes within
1.5 to 2.6 times (`tests/bench`, two cores).
"""
