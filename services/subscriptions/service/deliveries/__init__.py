"""Webhooks on their way: who is due, what is sent in which order, and what came of it."""
