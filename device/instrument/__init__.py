"""The instrument's state machine: pure functions of state, event and time; no I/O, no clock."""
