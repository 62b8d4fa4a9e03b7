"""Every query of the register. Everything here takes and returns domain state.

``register`` risks as readers and owners see them; ``matrices`` what they are rated on; ``links`` their ties to
indicators; ``rescoring`` what re-scoring reads and writes, locked; ``signals`` the newest state of series;
``records`` assessments, history and review tasks; ``proposals`` what indicators propose; ``treatment`` controls,
assurances and actions; ``json_formats`` what JSON columns hold.

Locks are taken in one order everywhere: series by subject, those that are added among the others, then risks by
reference.
"""
