"""The rules of the risk register and the state they speak of: pure functions and frozen values, no I/O.

``matrix`` impact, likelihood and bands; ``severity`` what a linked indicator's colours amount to; ``links`` the ties
between risks and indicators; ``rating`` how severities move a likelihood and which rating is in effect;
``register`` risks as they are entered and kept; ``records`` assessments, history and review tasks; ``proposals`` what
becomes of a proposal; ``view`` a risk with everything an answer about it needs; ``explanation`` the same in words;
``heatmap`` which risks stand in which cell; ``as_at`` and ``history`` the register of a day; ``acceptances`` risks left
as they are for a while; ``importing`` rows of a file.
"""
