//! Kind files are read whole, and every mistake in one is named.

use super::*;

const INSTANCE: &str = include_str!("aws/ec2/instance.toml");

fn faults(from: &str, to: &str) -> String {
    assert!(INSTANCE.contains(from), "{from}");
    let faults = Kind::parse(&INSTANCE.replacen(from, to, 1)).unwrap_err();
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn instances_read_well() {
    let kind = Kind::parse(INSTANCE).unwrap_or_else(|e| panic!("{e:#?}"));
    assert!(kind.answers_to("ec2/instance") && kind.answers_to("i") && !kind.answers_to("vpc"));
    assert_eq!(kind.list.name(), "ec2:DescribeInstances");
    assert_eq!(kind.state.unwrap().roles["stopped"], StateRole::Off);
}

#[test]
fn every_mistake_is_named() {
    let e = faults("InstanceType", "InstanceTyp");
    assert_eq!(
        e,
        "column type.path: InstanceTyp leads to nothing: Instance has no \"InstanceTyp\"; did you mean \"InstanceType\"?"
    );
    let e = faults("{^OwnerId|account}", "{^Owner|account}");
    assert!(e.contains("Reservation has no \"Owner\"; did you mean \"OwnerId\"?"), "{e}");
    let e = faults("MaxResults = 1000", "MaxResult = 1000");
    assert!(e.contains("list.params.MaxResult") && e.contains("did you mean \"MaxResults\"?"), "{e}");
    let e = faults("op = \"ec2:DescribeInstances\"", "op = \"ec2:DescribeInstance\"");
    assert!(e.contains("ec2 has no operation \"DescribeInstance\""), "{e}");
    let e = faults("scope   = \"regional\"", "scope   = \"local\"");
    assert!(e.contains("it can be regional, global, global-row-region"), "{e}");
    let e = faults("group   =", "groop   =");
    assert!(e.starts_with("line 4: unknown field `groop`"), "{e}");
    let e = faults("Reservations[].Instances[]", "Reservations[].Instance[]");
    assert!(e.contains("list.items") && e.contains("did you mean \"Instances\"?"), "{e}");
}
