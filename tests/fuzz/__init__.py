"""Input from outside is hostile: whatever it is, it is read or refused, within bounds."""
