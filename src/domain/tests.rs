//! What a person sees when a value is right, wrong, or nearly right.

use super::*;
use proptest::prelude::*;

fn why(text: &str) -> String {
    RoleArn::parse(text).unwrap_err().to_string()
}

#[test]
fn role_arns_of_every_partition_with_and_without_a_path() {
    for partition in Partition::KNOWN {
        for rest in ["role/R", "role/team/x/Cloudivize.Role@1", "role/a/"] {
            let text = format!("arn:{partition}:iam::012345678901:{rest}");
            match RoleArn::parse(&text) {
                Ok(arn) => assert_eq!(arn.to_string(), text),
                Err(e) => assert!(rest.ends_with('/'), "{e}"),
            }
        }
    }
    let arn = RoleArn::parse("arn:aws:iam::012345678901:role/team/x/R").unwrap();
    assert_eq!((arn.path(), arn.name().as_str(), arn.account().as_str()), ("/team/x/", "R", "012345678901"));
    let unknown = RoleArn::parse("arn:aws-moon:iam::012345678901:role/R").unwrap();
    assert!(!unknown.partition().is_known(), "allowed, for a warning");
}

#[test]
fn usual_mistakes_are_recognised() {
    assert!(why("arn:aws:iam::111122223333:user/alice").contains("user's, not a role's"));
    assert!(why("arn:aws:iam::111122223333:root").contains("root"));
    assert!(
        why("arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")
            .contains("service-linked")
    );
    assert!(
        why("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef")
            .contains("Identity Center")
    );
    assert!(why("arn:aws:iam::1111-2222-333:role/R").contains("account id"));
    assert!(why("arn:aws:iam::11112222333:role/R").contains("11 digits, not 12"));
    assert!(why("arn:aws:iam:eu-west-1:111122223333:role/R").contains("names a region"));
    assert!(why("CloudivizeRole").contains("does not begin with arn:"));
    assert!(why("arn:aws:s3:::bucket").contains("not an IAM ARN"));
    assert!(why("arn:aws:iam::111122223333:role/").contains("no role name"));
    assert!(why("").contains("empty"));
}

#[test]
fn a_trailing_space_is_named_with_its_place_and_the_value_without_it() {
    let e = RoleArn::parse("arn:aws:iam::111122223333:role/R ").unwrap_err();
    assert_eq!(e.at, Some(33));
    assert_eq!(e.suggestion.as_deref(), Some("arn:aws:iam::111122223333:role/R"));
}

#[test]
fn from_a_sessions_arn_the_role_is_offered_without_its_path() {
    let e = RoleArn::parse("arn:aws:sts::111122223333:assumed-role/R/me@example.org").unwrap_err();
    assert_eq!(e.suggestion.as_deref(), Some("arn:aws:iam::111122223333:role/R"));
    assert!(e.to_string().contains("path"), "{e}");
    let sso = why("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me");
    assert!(sso.contains("Identity Center"), "{sso}");
}

#[test]
fn the_place_of_a_wrong_character_is_in_the_whole_arn() {
    let text = "arn:aws:iam::111122223333:role/team/My Role";
    let e = RoleArn::parse(text).unwrap_err();
    assert_eq!(text.chars().nth(e.at.unwrap() - 1), Some(' '));
    let text = "arn:aws:iam::111122223333:role/team/My*Role";
    let e = RoleArn::parse(text).unwrap_err();
    assert_eq!(text.chars().nth(e.at.unwrap() - 1), Some('*'), "{e}");
    let text = "arn:aws:iam::11112222x333:role/R";
    let e = RoleArn::parse(text).unwrap_err();
    assert_eq!(text.chars().nth(e.at.unwrap() - 1), Some('x'), "{e}");
}

#[test]
fn account_ids_keep_leading_zeros_and_take_the_consoles_form() {
    assert_eq!(AccountId::parse("000011112222").unwrap().as_str(), "000011112222");
    assert_eq!(AccountId::parse("0000-1111-2222").unwrap().as_str(), "000011112222");
    assert!(AccountId::parse("11112222").unwrap_err().to_string().contains("8 digits"));
    assert!(AccountId::parse("1111-222-22333").is_err());
    assert!(AccountId::parse("１１１１２２２２３３３３").is_err(), "full-width digits are not digits to AWS");
}

#[test]
fn regions_zones_and_partitions() {
    for (name, partition) in [
        ("eu-west-1", Partition::Aws),
        ("us-gov-west-1", Partition::AwsUsGov),
        ("cn-north-1", Partition::AwsCn),
        ("us-isob-east-1", Partition::AwsIsoB),
        ("eu-isoe-west-1", Partition::AwsIsoE),
        ("eusc-de-east-1", Partition::AwsEusc),
        ("mx-central-1", Partition::Aws),
    ] {
        assert_eq!(Region::parse(name).unwrap().partition(), partition, "{name}");
    }
    assert_eq!(Region::parse("eu-west-1a").unwrap_err().suggestion.as_deref(), Some("eu-west-1"));
    assert!(Region::parse("EU-WEST-1").unwrap_err().at == Some(1));
    assert!(Region::parse("global").is_err());
    assert!(Region::parse("eu-west-1").unwrap().is_on_by_default());
    assert!(!Region::parse("me-south-1").unwrap().is_on_by_default());
}

#[test]
fn external_ids_and_session_names() {
    assert!(ExternalId::parse("a").is_err());
    assert!(ExternalId::parse("Kunde 7").unwrap_err().at == Some(6));
    assert!(ExternalId::parse("ä-1").unwrap_err().at == Some(1), "AWS's \\w is ASCII");
    assert!(ExternalId::parse("arn:x/y=z,@._-").is_ok());
    let id = ExternalId::generate();
    assert_eq!(id.expose().len(), 36);
    assert!(!format!("{id:?}").contains(id.expose()), "not in Debug");
    assert_eq!(SessionName::default().as_str(), "Cloudivize-Session");
    assert!(SessionName::parse("a:b").is_err());
    assert!(!format!("{:?}", Secret::new("hunter2".into())).contains("hunter2"));
}

#[test]
fn sources_are_read_as_they_are_written() {
    let id = ConnectionId::generate();
    let find = |name: &str| (name == "hub").then_some(id);
    assert_eq!(Source::parse("env", find), Ok(Source::Env));
    assert_eq!(Source::parse("connection:hub", find), Ok(Source::Connection(id)));
    assert_eq!(Source::parse(&format!("connection:{id}"), find), Ok(Source::Connection(id)));
    assert!(Source::parse("connection:nobody", find).is_err());
    assert_eq!(Source::parse("profile:my prof", find).unwrap().text(), "profile:my prof");
    assert!(Source::parse("hub", find).unwrap_err().to_string().contains("profile:NAME"));
}

fn role_arn() -> impl Strategy<Value = String> {
    let partition = proptest::sample::select(Partition::KNOWN.to_vec());
    (partition, "[0-9]{12}", "(/[a-zA-Z0-9_.-]{1,12}){0,3}", "[A-Za-z0-9_+=,.@-]{1,64}")
        .prop_map(|(p, a, path, name)| format!("arn:{p}:iam::{a}:role{path}/{name}"))
}

proptest! {
    #[test]
    fn what_is_a_role_arn_comes_back_letter_by_letter(text in role_arn()) {
        let arn = RoleArn::parse(&text).unwrap();
        prop_assert_eq!(arn.to_string(), text);
    }

    #[test]
    fn no_text_makes_a_parser_panic_and_every_place_is_in_the_text(text in "\\PC{0,80}|[a-z:/0-9 -]{0,60}") {
        let length = text.chars().count();
        let places = [
            RoleArn::parse(&text).err().and_then(|e| e.at),
            AccountId::parse(&text).err().and_then(|e| e.at),
            Region::parse(&text).err().and_then(|e| e.at),
            ExternalId::parse(&text).err().and_then(|e| e.at),
            ConnectionName::parse(&text).err().and_then(|e| e.at),
        ];
        for at in places.into_iter().flatten() {
            prop_assert!(at >= 1 && at <= length.max(1), "place {} of {}", at, length);
        }
    }

    #[test]
    fn a_damaged_role_arn_is_named_at_or_before_the_damage(text in role_arn(), at in 0usize..40, with in "[ \u{e9}]") {
        let at = at.min(text.len() - 1);
        let damaged = format!("{}{with}{}", &text[..at], &text[at..]);
        let error = RoleArn::parse(&damaged).unwrap_err();
        prop_assert!(error.at.is_none_or(|place| place <= at + 1), "{}", error);
    }

    #[test]
    fn account_ids_are_twelve_digits_and_nothing_else(text in "[0-9-]{0,16}") {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if let Ok(id) = AccountId::parse(&text) {
            prop_assert_eq!(digits, 12);
            prop_assert_eq!(id.as_str().len(), 12);
        }
    }
}
