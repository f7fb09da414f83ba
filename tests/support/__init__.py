"""What the tests and the bench stand on: AWS in process, faults, call counts, a clock, events, HTTP."""
