"""How pictures enter, change and leave."""
