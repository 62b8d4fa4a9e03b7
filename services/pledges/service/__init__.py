"""Use cases: pledges, what is heard of indicators, priorities and actions."""
