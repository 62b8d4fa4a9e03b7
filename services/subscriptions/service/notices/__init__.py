"""Notices to people: what waits, who is told of it, and the ways by which they are told."""
