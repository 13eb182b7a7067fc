//! Filters and orders, as a person meets them.
