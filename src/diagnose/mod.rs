//! Refusal texts become denials; refused AssumeRole calls get causes; verdicts get advice. Pure.
