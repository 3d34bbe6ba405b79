"""Azure on loopback: container instances over ARM, container apps to read, Event Grid's events.

Reading order: `arm_routes` says which request goes where and is the whole surface (`Emulator`, one
call from request to reply). `container_groups`, `group_actions` and `container_logs` answer the
requests about container groups, `container_apps` and `revisions` those about apps and jobs,
`scopes` those about what stands above them (rights, resource groups), `controls` the emulator's
own. `registry` keeps the groups; `group_life`, `provisioning` and `containers` tell what becomes of
one over time, `operations` what an asynchronous operation says, `books` what the emulator itself
remembers, `paging` how lists are shown.

What is refused: `validation` by form, `updates` because a group is there, `quotas` by ACI's limits,
`throttling` by Azure Resource Manager's; `limits` has the figures. `write_only` is never given
back, `logs` says how much of a log is. `faults` breaks things on demand, in the ways `known_errors`
has seen. `events` and `outbox` make and keep events until `webhook` has delivered them. `runtime`
is what runs containers: `runtime_processes` does it with real processes, a simulation scripts them.
`server` is the thin shell; time comes from a `clock`, chance from one generator.
"""
