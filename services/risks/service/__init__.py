"""The use cases of the register, each in one unit of work. Each returns domain state.

``signals`` what indicators say; ``rescoring`` the one way a rating changes; ``assessing`` owners' judgements;
``lifecycle`` closing and reopening; ``overriding`` ratings set by hand for a while; ``proposing`` answers to proposals;
``linking`` indicators to risks; ``register`` risks and matrices; ``reading`` answers; ``republication`` after a
recovery.
"""
