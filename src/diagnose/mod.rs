//! Refusal texts become denials; refused AssumeRole calls get causes; verdicts get advice. Pure.

mod clean;
mod codes;
mod envelope;
mod read;
mod sentence;

pub use codes::{class_of, is_denial_code};
pub use read::{Diagnosis, classify, denial, read};

#[cfg(test)]
mod tests;
