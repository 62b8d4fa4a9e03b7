"""Every query of the register.

``register`` risks as readers and owners see them; ``matrices`` what they are rated on; ``rating`` what re-scoring
reads and writes, locked;
``signals`` what was heard of indicators; ``records`` assessments, history, proposals and review tasks.

Locks are taken in one order everywhere: indicator signals (those that exist by subject, then new ones by subject),
then risks by reference.
"""
