"""The use cases of finance, each of them one transaction."""
