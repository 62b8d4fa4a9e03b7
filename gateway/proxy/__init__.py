"""The way to the services and back."""
