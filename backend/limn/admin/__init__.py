"""What an operator sees and does in the interface."""
