"""Image bytes: decoded in a child, measured, copied small."""
