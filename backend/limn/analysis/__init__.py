"""What the worker does to one artwork."""
