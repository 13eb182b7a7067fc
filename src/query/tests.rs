//! Filters, orders and values, as a person meets them.

mod filters;
mod orders;
mod values;

use super::{Block, CellLabel};
use crate::catalog::kind::Kind;
use crate::domain::{AccountId, BatchBuilder, ConnectionId, ConnectionName, RawRow, RawValue, Region};
use std::sync::Arc;

/// A kind with a column of every type, some of them by a second call.
const KIND: &str = r#"
id = "aws/ec2/volume"
title = "Volumes"
group = "storage"
scope = "regional"
list = { op = "ec2:DescribeVolumes", items = "Volumes[]" }
[identity]
id = "{VolumeId}"
[state]
path = "State"
[[column]]
id = "type"
title = "Type"
path = "VolumeType"
[[column]]
id = "size"
title = "Size"
path = "Size"
type = "bytes"
[[column]]
id = "iops"
title = "IOPS"
path = "Iops"
type = "int"
[[column]]
id = "age"
title = "Age"
path = "CreateTime"
type = "time"
[[column]]
id = "encrypted"
title = "Encrypted"
path = "Encrypted"
type = "bool"
[[column]]
id = "private_ip"
title = "Private IP"
path = "OutpostArn"
type = "ip"
[[column]]
id = "cost"
title = "Cost"
path = "KmsKeyId"
type = "money"
[permissions]
read = [{ action = "ec2:DescribeVolumes" }]
"#;

fn kind() -> Arc<Kind> {
    Arc::new(Kind::parse(KIND).unwrap())
}

fn cell(kind: &Arc<Kind>, connection: ConnectionId, name: &str, account: &str, region: &str) -> CellLabel {
    CellLabel {
        connection,
        name: ConnectionName::parse(name).unwrap(),
        account: AccountId::parse(account).unwrap(),
        region: Region::parse(region).ok(),
        kind: kind.clone(),
    }
}

fn block(cell: CellLabel, rows: &[RawRow]) -> Block {
    let mut builder = BatchBuilder::new(cell.kind.columns.len(), cell.kind.links.len(), None);
    rows.iter().for_each(|row| builder.push(row));
    Block { cell: Arc::new(cell), batch: Arc::new(builder.finish()) }
}

/// One cell's rows: `prod` in `eu-west-1`.
fn prod(rows: &[RawRow]) -> Block {
    block(cell(&kind(), ConnectionId::generate(), "Prod", "111122223333", "eu-west-1"), rows)
}

fn row(id: &str, name: &str) -> RawRow {
    RawRow { id: id.to_owned(), name: name.to_owned(), ..RawRow::default() }
}

fn text(t: &str) -> RawValue {
    RawValue::Text(t.to_owned())
}

/// A row with one column's value.
fn with(id: &str, column: &str, value: RawValue) -> RawRow {
    let mut values = vec![RawValue::Empty; kind().columns.len()];
    values[kind().column(column).unwrap()] = value;
    RawRow { values, ..row(id, "") }
}

/// The ids of an order.
fn ids(blocks: &[Block], order: &[super::RowId]) -> Vec<String> {
    order.iter().map(|id| id.of(blocks).unwrap().1.id().to_owned()).collect()
}
