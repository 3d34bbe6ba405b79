"""A Functions host for Python v2 apps on one machine, with a Durable engine that survives kill -9.

Reading order: `app` loads a Functions app, `invocation` calls its functions; `durable/` is the
engine; `http_functions`, `event_grid`, `timers` are the triggers; `server` joins all of it. It was
built after recordings of the real Durable extension (tests/conformance).
"""
