"""The whole system in virtual time, from one seed: what must never happen, looked for.

The real functions, the SDK's own executor and the real ARM clients run against the emulator, with
scripted scanners, tables in memory and a clock that jumps. The seed decides everything else: who
asks for what and when, what goes wrong, when the host dies. Afterwards a checker that reads only
the emulator's books, the scanners' truth and HTTP replies says what was broken.

Reading order: `plan` (what the seed decides), `simulation` (one run), `schedule` and `steps` (how
time passes), `durable_host`, `arm`, `storage`, `functions` (what the app runs on), `scanner` and
`courier` (what runs in its container groups), `arrivals`, `rescans` and `operators` (who uses it),
`faults` (what goes wrong), `checker`, `report`, `trace`; `mutants` (that the checker sees what is
broken); `fleet` (hundreds of resources, and nothing that goes wrong).
"""
