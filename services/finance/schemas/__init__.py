"""Bodies of the finance API. Money is ``{"amount": "1234.56", "currency": "GBP"}``; numbers travel as text."""
