"""Loading the reference data, and importing published months, through the suite's own API."""
