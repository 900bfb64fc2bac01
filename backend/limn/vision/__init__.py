"""PORT: models that look."""
