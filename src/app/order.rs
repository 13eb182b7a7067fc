//! The order of names: case folded, numbers by value, total and stable.

use std::cmp::Ordering;

/// Compares as people sort: `web-2` before `web-10`, case ignored; equal only when the texts are.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (fold_a, fold_b) = (a.to_lowercase(), b.to_lowercase());
    let (mut rest_a, mut rest_b) = (fold_a.as_str(), fold_b.as_str());
    loop {
        let (digits_a, digits_b) = (digits(rest_a), digits(rest_b));
        let step = if digits_a > 0 && digits_b > 0 {
            let (x, y) = (rest_a[..digits_a].trim_start_matches('0'), rest_b[..digits_b].trim_start_matches('0'));
            rest_a = &rest_a[digits_a..];
            rest_b = &rest_b[digits_b..];
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            let (mut chars_a, mut chars_b) = (rest_a.chars(), rest_b.chars());
            let pair = (chars_a.next(), chars_b.next());
            rest_a = chars_a.as_str();
            rest_b = chars_b.as_str();
            match pair {
                (None, None) => return a.cmp(b),
                (x, y) => x.cmp(&y),
            }
        };
        if step != Ordering::Equal {
            return step;
        }
    }
}

/// How many bytes of ASCII digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_by_value() {
        let mut names = vec!["web-10", "Web-2", "db", "web-02", "web-1", "web"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["db", "web", "web-1", "Web-2", "web-02", "web-10"]);
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in "[a-cA-C0-9]{0,6}", b in "[a-cA-C0-9]{0,6}", c in "[a-cA-C0-9]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
            if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural(&a, &c), Ordering::Greater);
            }
        }
    }
}
