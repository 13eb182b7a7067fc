//! The JSON of the command line and one-page messages.
