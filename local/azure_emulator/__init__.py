"""Azure on loopback: container instances over ARM, container apps to read, Event Grid's events.

Reading order: `arm_routes` says which request goes where and is the whole surface (`Emulator`, one
call from request to reply); `container_groups` answers the requests about container groups,
`container_apps` those about apps and jobs, `controls` the emulator's own. `group_life` and
`containers` tell what becomes of a group over time, `validation` what is refused at once,
`write_only` what is never given back, `logs` how much of a log is given, `operations` what an
asynchronous operation says, `books` what the emulator itself remembers. `faults` breaks things on
demand. `events` and `outbox` make and keep events until `webhook` has delivered them. `runtime` is
what runs containers: `runtime_processes` does it with real processes, a simulation scripts them.
`server` is the thin shell; time comes from a `clock`.
"""
