"""The rules of finance: what an indicator is worth, what a ledger posts, what a position shows. No I/O."""
