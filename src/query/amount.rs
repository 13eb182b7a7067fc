//! Numbers, sizes, ages and dates as people type them.

use crate::domain::Timestamp;

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Compare {
    pub fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Self::Less => a < b,
            Self::AtMost => a <= b,
            Self::Equal => a == b,
            Self::AtLeast => a >= b,
            Self::More => a > b,
        }
    }
}

/// A decimal number: `10`, `-1.5`.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    text.parse::<f64>().ok().filter(|_| plain)
}

/// The number that a text begins with: `12.50` of `12.50 USD`.
pub(super) fn leading(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-')).unwrap_or(text.len());
    number(&text[..end])
}

/// A number and its unit, folded to lower case.
fn parts(text: &str) -> Option<(f64, &str)> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (n, unit) = text.split_at(unit);
    Some((number(n.trim_end())?, unit))
}

/// A size in bytes: `512`, `100k`, `1.5g`, `2tib`. Units are powers of 1024.
pub(super) fn bytes(text: &str) -> Option<f64> {
    let (n, unit) = parts(text)?;
    let power = match unit {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        "p" | "pb" | "pib" => 5,
        _ => return None,
    };
    Some(n * 1024_f64.powi(power))
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An age in milliseconds: `90m`, `12h`, `30d`, `2w`, `1y`.
pub(super) fn age(text: &str) -> Option<i64> {
    let (n, unit) = parts(text)?;
    let ms = match unit {
        "m" | "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    };
    Some((n * ms as f64) as i64)
}

/// A date, its first millisecond in UTC: `2026`, `2026-01`, `2026-01-31`, `2026-01-31t10:00:00z`.
pub(super) fn date(text: &str) -> Option<i64> {
    let text = text.to_uppercase();
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text,
    };
    Timestamp::parse(&full).map(|t| t.0)
}

/// How long ago, in whole minutes, hours, days or years: `7m`, `3h`, `41d`, `3y`; what is yet to come `in 41d`.
pub(super) fn age_text(time: i64, now: Timestamp) -> String {
    let ms = now.0.saturating_sub(time);
    let past = ms.unsigned_abs();
    let of = |unit: i64| past / unit.unsigned_abs();
    let amount = match past {
        p if p < HOUR.unsigned_abs() => format!("{}m", of(MINUTE)),
        p if p < 2 * DAY.unsigned_abs() => format!("{}h", of(HOUR)),
        p if p < 730 * DAY.unsigned_abs() => format!("{}d", of(DAY)),
        // In tenths, so that what is sorted by age reads so.
        _ => format!("{}.{}y", of(365 * DAY), of(365 * DAY / 10) % 10),
    };
    match ms <= -MINUTE {
        true => format!("in {amount}"),
        false => amount,
    }
}

/// `17 B`, `1.2 GiB`.
pub(super) fn bytes_text(bytes: i64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes.unsigned_abs() < 1024 {
        return format!("{bytes} B");
    }
    let mut n = bytes as f64;
    let mut unit = "";
    for next in UNITS {
        n /= 1024.0;
        unit = next;
        // What would be drawn as 1024.0 belongs to the next unit.
        if n.abs() < 1023.95 {
            break;
        }
    }
    match n.abs() >= 100.0 || (n - n.round()).abs() < 0.05 {
        true => format!("{n:.0} {unit}"),
        false => format!("{n:.1} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_are_read_as_people_type_them() {
        assert_eq!((bytes("100g"), bytes("1.5kib"), bytes("7")), (Some(107_374_182_400.0), Some(1536.0), Some(7.0)));
        assert_eq!((bytes("g"), bytes("1x"), bytes(""), bytes("1e9")), (None, None, None, None));
        assert_eq!((age("90m"), age("1.5h"), age("2w")), (Some(5_400_000), Some(5_400_000), Some(14 * DAY)));
        assert_eq!((age("30"), age("d"), age("3 d")), (None, None, Some(3 * DAY)));
        assert_eq!(date("1970-01-02"), Some(DAY));
        assert_eq!((date("1970"), date("1970-01-01t00:00:01z"), date("soon")), (Some(0), Some(1000), None));
        assert_eq!((leading("12.50 USD"), leading("none")), (Some(12.5), None));
    }

    #[test]
    fn ages_are_short() {
        let now = Timestamp(2000 * DAY);
        let ago = |ms| age_text(now.0 - ms, now);
        assert_eq!([ago(0), ago(59_999), ago(7 * MINUTE), ago(-1)], ["0m", "0m", "7m", "0m"]);
        assert_eq!([ago(3 * HOUR), ago(47 * HOUR), ago(41 * DAY + 1)], ["3h", "47h", "41d"]);
        assert_eq!([ago(1200 * DAY), ago(-41 * DAY)], ["3.2y", "in 41d"]);
    }

    #[test]
    fn sizes_are_short() {
        let texts = [0, 1023, 1024, 1536, 1024 * 1024 - 1, 107_374_182_400, 1_288_490_189, -2048].map(bytes_text);
        assert_eq!(texts, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "1 MiB", "100 GiB", "1.2 GiB", "-2 KiB"]);
    }
}
