"""Deterministic workflows, replayed from history: no environment, clock, randomness or I/O.

Rules that hold in every file here, each learned from the real extension (docs/architecture.md):
never `yield` inside `finally`; every timer is awaited or cancelled; continue as new only with
nothing open; what is expected comes back as data, an exception means transient or bug.
"""
