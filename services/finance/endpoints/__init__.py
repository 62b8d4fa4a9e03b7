"""HTTP of finance: parse, call, return."""
