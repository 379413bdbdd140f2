"""The emulated Raspberry Pi, its card and its console: what the tests of this tier share."""
