"""Models of sentences, behind one port: what a text means, as a vector."""
