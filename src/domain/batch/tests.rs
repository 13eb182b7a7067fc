//! What is packed comes out as it was.

use super::*;

fn text(t: &str) -> RawValue {
    RawValue::Text(t.to_owned())
}

fn example() -> Batch {
    let mut builder = BatchBuilder::new(3, 2, None);
    builder.push(&RawRow {
        id: "i-0a1b".to_owned(),
        name: "Pay-API".to_owned(),
        arn: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b".to_owned(),
        state: "running".to_owned(),
        role: StateRole::Good,
        values: vec![text("m7g.large"), RawValue::Int(7), RawValue::NotLoaded],
        links: vec![vec!["vpc-1".to_owned()], vec!["sg-1".to_owned(), "sg-2".to_owned()]],
        tags: vec![("Team".to_owned(), "pay".to_owned()), ("env".to_owned(), String::new())],
        ..RawRow::default()
    });
    builder.push(&RawRow { id: "b".to_owned(), name: "b".to_owned(), ..RawRow::default() });
    builder.finish()
}

#[test]
fn what_is_packed_comes_out_as_it_was() {
    let batch = example();
    let row = batch.row(0);
    assert_eq!((row.id(), row.name(), row.state()), ("i-0a1b", "Pay-API", "running"));
    assert!(row.arn().ends_with("instance/i-0a1b"));
    assert_eq!((row.text(0), row.value(1), row.value(2)), (Some("m7g.large"), Value::Int(7), Value::NotLoaded));
    assert_eq!(row.link(1).collect::<Vec<_>>(), ["sg-1", "sg-2"]);
    assert_eq!(row.tags().collect::<Vec<_>>(), [("Team", "pay"), ("env", "")]);
    let mut again = BatchBuilder::new(3, 2, None);
    batch.rows().for_each(|row| again.push(&row.unpacked()));
    assert_eq!(again.finish().hay(), batch.hay());
    let row = batch.row(1);
    assert_eq!((row.id(), row.name(), row.arn(), row.tags().count(), row.link(0).count()), ("b", "b", "", 0, 0));
}

#[test]
fn the_search_text_is_folded_and_each_byte_knows_its_row() {
    let batch = example();
    assert!(batch.row(0).hay().contains("pay-api\n") && batch.row(0).hay().contains("team=pay\n"));
    let at = batch.hay().find("\nb\n").unwrap() + 1;
    assert_eq!((batch.row_at(at), batch.row_at(0)), (1, 0));
}
