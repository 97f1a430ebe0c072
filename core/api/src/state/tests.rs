use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::terms::TerminalNo;

fn change(path: &[&str], value: Value) -> StateChange {
    StateChange { path: path.iter().map(|key| (*key).to_owned()).collect(), value }
}

#[test]
fn changes_are_made_where_they_say() {
    let mut replica: Replica<HostState> = Replica::default();
    let terminal = json!({ "terminal": 1, "title": "sh", "size": { "cols": 80, "rows": 24 }, "blocks": {} });
    let whole = json!({ "pid": 7, "terminals": { "1": terminal }, "sessions": {} });
    assert!(replica.apply(StateUpdate { version: 1, whole: true, changes: vec![change(&[], whole)] }));
    let changes = vec![
        change(&["terminals", "1", "title"], json!("vim")),
        change(&["terminals", "1", "cwd"], json!("/srv")),
        // Nothing stands there, and so nothing is taken away.
        change(&["sessions", "3", "guests", "2"], Value::Null),
    ];
    assert!(replica.apply(StateUpdate { version: 2, whole: false, changes }));
    let shown = &replica.state().terminals[&TerminalNo(1)];
    assert_eq!((shown.title.as_str(), shown.cwd.as_deref()), ("vim", Some("/srv")));
    assert!(replica.state().sessions.is_empty());
    let gone = vec![change(&["terminals", "1"], Value::Null)];
    assert!(replica.apply(StateUpdate { version: 3, whole: false, changes: gone }));
    assert!(replica.state().terminals.is_empty());
}

#[test]
fn an_update_that_does_not_follow_is_left_out_and_one_that_is_known_does_no_harm() {
    let mut replica: Replica<HostState> = Replica::default();
    let pid = |version, pid: u32| StateUpdate {
        version,
        whole: false,
        changes: vec![change(&["pid"], json!(pid))],
    };
    assert!(!replica.apply(pid(1, 1)), "what goes before it is missing");
    let whole = |version, pid: u32| StateUpdate {
        version,
        whole: true,
        changes: vec![change(&[], json!(HostState { pid, ..HostState::default() }))],
    };
    assert!(replica.apply(whole(4, 4)));
    assert!(replica.apply(pid(3, 3)));
    assert!(!replica.apply(pid(6, 6)));
    assert_eq!(replica.state().pid, 4);
    assert!(replica.apply(pid(5, 5)));
    assert_eq!(replica.state().pid, 5);
}

/// A state with two levels of keys, as simple as can be.
type Table = BTreeMap<u8, BTreeMap<u8, u32>>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Spot {
    All,
    Row(u8),
    Cell(u8, u8),
}

impl Place for Spot {
    const WHOLE: Self = Self::All;

    fn path(&self) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::Row(row) => vec![row.to_string()],
            Self::Cell(row, cell) => vec![row.to_string(), cell.to_string()],
        }
    }
}

fn read(table: &Table, spot: Spot) -> Value {
    match spot {
        Spot::All => json!(table),
        Spot::Row(row) => json!(table.get(&row)),
        Spot::Cell(row, cell) => json!(table.get(&row).and_then(|row| row.get(&cell))),
    }
}

/// What happens: a change of the state, or at one of the clients.
#[derive(Clone, Copy, Debug)]
enum Step {
    Put(u8, u8, u32),
    Take(u8, u8),
    Clear(u8),
    /// A client takes what is news to it.
    Tell(usize),
    /// A client comes again.
    Come(usize),
    /// A client asks for everything, and hears what was under way before only then.
    Ask(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (row, cell, client) = (0..3_u8, 0..3_u8, 0..3_usize);
    prop_oneof![
        4 => (row.clone(), cell.clone(), any::<u32>()).prop_map(|(row, cell, value)| Step::Put(row, cell, value)),
        2 => (row.clone(), cell).prop_map(|(row, cell)| Step::Take(row, cell)),
        1 => row.prop_map(Step::Clear),
        4 => client.clone().prop_map(Step::Tell),
        1 => client.clone().prop_map(Step::Come),
        1 => client.prop_map(Step::Ask),
    ]
}

proptest! {
    #[test]
    fn late_slow_and_returning_clients_end_with_the_same(steps in prop::collection::vec(step(), 0..80)) {
        let mut table = Table::new();
        let mut clients: [(Dirty<Spot>, Replica<Table>); 3] = Default::default();
        for step in steps {
            let mut mark = |spot| clients.iter_mut().for_each(|(news, _)| news.mark(spot));
            match step {
                Step::Put(row, cell, value) => {
                    // A row that begins is told whole.
                    mark(if table.contains_key(&row) { Spot::Cell(row, cell) } else { Spot::Row(row) });
                    table.entry(row).or_default().insert(cell, value);
                }
                Step::Take(row, cell) => {
                    table.get_mut(&row).map(|row| row.remove(&cell));
                    mark(Spot::Cell(row, cell));
                }
                Step::Clear(row) => {
                    table.remove(&row);
                    mark(Spot::Row(row));
                }
                Step::Tell(client) => {
                    let (news, replica) = &mut clients[client];
                    if let Some(update) = news.update(|spot| read(&table, spot)) {
                        prop_assert!(replica.apply(update));
                    }
                    prop_assert_eq!(replica.state(), &table);
                }
                Step::Come(client) => clients[client] = Default::default(),
                Step::Ask(client) => {
                    let (news, replica) = &mut clients[client];
                    let under_way = news.update(|spot| read(&table, spot));
                    prop_assert!(replica.apply(news.whole(read(&table, Spot::All))));
                    if let Some(update) = under_way {
                        prop_assert!(replica.apply(update));
                    }
                }
            }
        }
        for (mut news, mut replica) in clients {
            if let Some(update) = news.update(|spot| read(&table, spot)) {
                prop_assert!(replica.apply(update));
            }
            prop_assert_eq!(replica.state(), &table);
        }
    }
}

#[test]
fn what_waits_for_a_client_that_takes_nothing_is_bounded() {
    let mut dirty = Dirty::<Spot>::default();
    let taken = |_: Spot| json!({});
    assert!(dirty.update(taken).unwrap().whole, "the first is whole");
    for row in 0..=255 {
        (0..=255).for_each(|cell| dirty.mark(Spot::Cell(row, cell)));
    }
    assert!(dirty.places.len() <= MAX_PLACES);
    assert!(dirty.update(taken).unwrap().whole);
    dirty.mark(Spot::Cell(1, 1));
    assert_eq!(dirty.update(taken).unwrap().changes.len(), 1);
}
