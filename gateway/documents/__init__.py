"""What describes the suite to its callers: the joined OpenAPI document."""
