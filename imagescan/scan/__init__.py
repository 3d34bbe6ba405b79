"""The life of one scan: its states, the reasons it can end with, and the decisions on the way."""
