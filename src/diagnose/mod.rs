//! Refusal texts become denials; refused AssumeRole calls get causes; verdicts get advice. Pure.

mod advice;
mod causes;
mod clean;
mod codes;
mod envelope;
mod read;
mod sentence;

pub use advice::{About, Advice, AttachTo, ErrorAbout, advice, error_advice, quarantined};
pub use causes::{AssumeFacts, Causes, assume_role_causes};
pub use codes::{class_of, is_denial_code};
pub use read::{Diagnosis, classify, denial, read};

#[cfg(test)]
mod advice_tests;
#[cfg(test)]
mod tests;
