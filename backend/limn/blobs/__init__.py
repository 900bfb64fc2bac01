"""PORT: originals and renditions."""
