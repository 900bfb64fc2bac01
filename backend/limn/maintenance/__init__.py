"""What keeps a gallery healthy."""
