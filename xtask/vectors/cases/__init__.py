"""The hand-written cases, one module a vector file: `KIND`, `WHAT` and `cases()`."""
