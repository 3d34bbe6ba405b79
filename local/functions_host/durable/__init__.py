"""The Durable engine.

`history` makes events; `replay` says what actions mean on a history, as the real extension's shim
does on DurableTask.Core; `episode` runs the SDK's orchestrator once; `store` keeps everything in
SQLite; `engine` drives instances; `client_api` is the HTTP API that the SDK's client speaks.
"""
