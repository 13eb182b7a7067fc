//! Which calls, in what order, how many at once. Speaks `Request` and `Reply`.
