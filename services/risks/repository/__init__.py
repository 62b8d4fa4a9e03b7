"""Every query of the register. Everything here takes and returns domain state.

``register`` risks as readers and owners see them; ``matrices`` what they are rated on; ``links`` their ties to
indicators; ``rescoring`` what re-scoring reads and writes, locked; ``signals`` what was last told of indicators;
``records`` assessments, history and review tasks; ``proposals`` what indicators propose; ``json_formats`` what JSON
columns hold.

Locks are taken in one order everywhere: indicator signals (those that exist by subject, then new ones by subject),
then risks by reference.
"""
