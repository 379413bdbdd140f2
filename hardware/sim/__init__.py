"""Register-level models of the chips, and buses to put them on: the instrument without hardware."""
