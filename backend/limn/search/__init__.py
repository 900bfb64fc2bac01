"""Finding artworks."""
