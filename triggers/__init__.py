"""Where requests come in: Event Grid, HTTP, timers. Thin: decode, validate, start or query, encode.

A trigger writes a request into the inbox before it starts anything, so that neither a crash in
between nor a redelivery matters.
"""
