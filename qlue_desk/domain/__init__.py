"""Pure rules of the field: no I/O, no clock of their own, nothing of ours from other floors."""
