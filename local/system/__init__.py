"""The whole system on one machine: Azurite, the Azure emulator and the Functions host."""
