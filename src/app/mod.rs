//! The dashboard's state and its pure `update`. No clock, file, network or terminal.
