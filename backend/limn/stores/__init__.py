"""PORT: the document store."""
