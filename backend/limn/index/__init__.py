"""What this process knows of the store, for searching. Derived, disposable."""
