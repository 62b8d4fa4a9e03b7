"""Indicators: what is measured, where and when, and the colours those measurements earn."""
