"""Databases: engines, transactions, types, bulk statements and migrations, alike on SQLite and PostgreSQL."""
