"""The use cases of the register, each in one unit of work. Each returns domain state.

``signals`` what indicators say; ``rescoring`` the one way a rating changes; ``assessing`` owners' judgements;
``lifecycle`` closing and reopening; ``accepting`` risks as they are, ``expiring`` where that ends by the calendar;
``overriding`` ratings set by hand for a while; ``proposing`` answers to proposals; ``linking`` indicators to risks;
``register`` risks and matrices; ``importing`` the register out of a file; ``reading`` answers; ``history`` the register
of a day; ``simulating`` what would be; ``back_testing`` whether indicators told; ``link_auditing`` what is to be known
of links; ``pricing`` what risks would cost; ``republication`` after a recovery.
"""
