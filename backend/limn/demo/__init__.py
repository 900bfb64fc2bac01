"""The works of an empty gallery: pictures drawn by this code, their labels, and the hanging of them."""
