//! Times as the protocols write them; inside they are RFC 3339, as the AWS CLI shows them.

use crate::catalog::model::TimeForm;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Number, Value};

fn form(form: TimeForm) -> Format {
    match form {
        TimeForm::Iso => Format::DateTime,
        TimeForm::Http => Format::HttpDate,
        TimeForm::Unix => Format::EpochSeconds,
    }
}

/// An RFC 3339 time in another form; what is none stays as it is.
pub(super) fn text(time: &str, to: TimeForm) -> String {
    let read = DateTime::from_str(time, Format::DateTime).ok();
    read.and_then(|t| t.fmt(form(to)).ok()).unwrap_or_else(|| time.to_owned())
}

/// A time of a JSON body.
pub(super) fn json(time: &str, to: TimeForm) -> Value {
    match (to, DateTime::from_str(time, Format::DateTime)) {
        (TimeForm::Unix, Ok(t)) if t.subsec_nanos() == 0 => Value::from(t.secs()),
        (TimeForm::Unix, Ok(t)) => Number::from_f64(t.as_secs_f64()).map_or(Value::Null, Value::Number),
        _ => Value::from(text(time, to)),
    }
}

/// A time that came in whichever form, as RFC 3339.
pub(super) fn rfc3339(time: &str) -> String {
    let forms = [Format::DateTime, Format::HttpDate, Format::EpochSeconds];
    let read = forms.into_iter().find_map(|f| DateTime::from_str(time, f).ok());
    read.and_then(|t| t.fmt(Format::DateTime).ok()).unwrap_or_else(|| time.to_owned())
}

/// The same of a number of seconds.
pub(super) fn of_number(seconds: &Number) -> Option<String> {
    DateTime::from_secs_f64(seconds.as_f64()?).fmt(Format::DateTime).ok()
}
