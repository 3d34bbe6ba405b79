"""What scans that are over have left behind: whom to look at in turn, and what becomes of it."""
