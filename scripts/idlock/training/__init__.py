"""What trainings of all kinds share: state that can be gone on from, traces, when to stop."""
