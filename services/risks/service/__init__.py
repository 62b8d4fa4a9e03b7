"""The use cases of the register, each in one unit of work.

``listening`` what indicators say; ``rescoring`` the one way a rating changes; ``assessing`` owners' judgements,
overrides and proposals; ``linking`` indicators to risks; ``register`` risks and matrices; ``reading`` answers.
"""
