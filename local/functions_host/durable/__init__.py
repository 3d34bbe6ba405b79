"""The Durable engine, in parts that change one without the other.

* The protocol shim, pure: `history` makes events, `replay` says what the SDK's actions mean on a
  history (as `tasks`), `determinism` finds what changed, `episode` calls an orchestrator once and
  reads its answer. With azure-functions-durable 2.x this part goes, the others stay.
* `engine` takes what clients ask for and runs episodes, `execution` writes what they change,
  `activities` runs the work, `retention` forgets what ended long ago.
* `store` keeps everything in SQLite; `records` says what that is.
* `client_api` is the HTTP API that the SDK's client and people speak to, with `instance_queries`,
  `links` and `shown_history`.
* `sdk_speed` makes the SDK faster here than it is on Azure, and can be left out.
"""
