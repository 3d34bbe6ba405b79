"""The throw-away container group of a scan: its name, its body, and what its courier prints."""
