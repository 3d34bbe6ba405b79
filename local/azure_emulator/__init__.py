"""Azure on loopback: container instances over ARM, container apps to read, Event Grid's events.

Reading order: `arm` says which request goes where; `groups` is a container group's life; `runtime`
what its containers run; `logs`, `events`, `faults`, `images` are what their names say; `server` is
the shell over all of it. Time comes from `clock`, requests are plain values (`messages`): a test
can replace either.
"""
