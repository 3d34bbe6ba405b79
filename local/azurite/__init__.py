"""Azurite, Microsoft's storage emulator: installed from its npm lock, started, stopped."""
