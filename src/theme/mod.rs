//! Colour roles to styles, as data.
