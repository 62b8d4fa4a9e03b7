"""The rules of the risk register: pure functions and values, no I/O.

``severity`` what a linked indicator's colours amount to; ``matrix`` impact, likelihood and bands;
``rating`` how severities move a likelihood and which rating is in effect; ``explanation`` the same in words.
"""
