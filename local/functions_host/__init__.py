"""A Functions host for Python v2 apps on one machine, with a Durable engine that survives kill -9.

Reading order: `server` joins everything; `app` loads a Functions app, `configuration` reads its
host.json and local.settings.json, `invocation` calls its functions; `http_functions`, `event_grid`
and `timers` (with `ncrontab`) are the triggers; `durable/` is the engine; `clock` is where the time
comes from, `keys` where the key, `logs` how lines look. It was built after recordings of the real
Durable extension (tests/conformance), which settle what it has to do.

On purpose unlike Azure: an activity that a killed host was running is run again at once, not after
five minutes; a call of an unknown activity or sub-orchestrator fails at once, with a sentence; a
termination is never lost; an instance is forgotten thirty days after its end, unless told
otherwise; a function that runs for longer than functionTimeout is told in the log, not ended. Not
supported, and refused by name: entities, durable HTTP calls, versions of orchestrations, rewind,
restart, other task hubs, and every binding that `app.SERVED` does not list.
"""
