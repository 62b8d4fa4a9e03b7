"""Pledges, and the priorities and must-do actions beside them: who answers for what, and where it stands."""
