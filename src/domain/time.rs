//! Points in time: UTC milliseconds in memory, RFC 3339 in reports.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub i64);

/// Whose time a screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// The machine's.
    #[default]
    Local,
    /// UTC, the same on every machine.
    Utc,
}

impl Timestamp {
    /// The system clock's time. Not for `app/`, which is told the time.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// `2026-11-22T03:00:00Z` (RFC 3339, whole seconds).
    pub fn rfc3339(self) -> String {
        let seconds = self.0.div_euclid(1000);
        jiff::Timestamp::from_second(seconds).map(|t| t.to_string()).unwrap_or_default()
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }

    /// Reads a `Date` header (RFC 9110, in the form of RFC 5322).
    pub fn parse_http(text: &str) -> Option<Self> {
        jiff::fmt::rfc2822::parse(text).ok().map(|t| Self(t.timestamp().as_millisecond()))
    }

    /// `22 Nov 03:00` in the machine's zone, for screens.
    pub fn short_local(self) -> String {
        self.short(Zone::Local)
    }

    /// `03:00:12` in the machine's zone, for screens.
    pub fn clock_local(self) -> String {
        self.clock(Zone::Local)
    }

    /// `22 Nov 03:00`.
    pub fn short(self, zone: Zone) -> String {
        self.format(zone, "%-d %b %H:%M")
    }

    /// `22 Nov 03:00`; of another year than `now` is, `22 Nov 2025`.
    pub fn dated(self, zone: Zone, now: Self) -> String {
        match self.format(zone, "%Y") == now.format(zone, "%Y") {
            true => self.short(zone),
            false => self.format(zone, "%-d %b %Y"),
        }
    }

    /// `03:00:12`.
    pub fn clock(self, zone: Zone) -> String {
        self.format(zone, "%H:%M:%S")
    }

    fn format(self, zone: Zone, pattern: &str) -> String {
        let zone = match zone {
            Zone::Local => jiff::tz::TimeZone::system(),
            Zone::Utc => jiff::tz::TimeZone::UTC,
        };
        jiff::Timestamp::from_millisecond(self.0)
            .map(|t| t.to_zoned(zone).strftime(pattern).to_string())
            .unwrap_or_default()
    }

    /// Milliseconds from `earlier` to `self`; negative when the clock was set back.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}
