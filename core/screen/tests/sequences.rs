//! `docs/sequences.md` is written from the tags next to the code that takes each sequence (`//: form | name | effect`), and
//! the tags are what a screen takes: every control, sequence, mode and number is tried, known or not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jumpseat_screen::{Options, Sanitizer, Screen, Start};

/// Where tags stand, in the order of the tables.
const SOURCES: [&str; 6] = [
    "src/state.rs",
    "src/state/esc.rs",
    "src/state/csi.rs",
    "src/modes.rs",
    "src/state/sgr.rs",
    "src/state/osc.rs",
];

/// A kind of tag, its table's heading, and what stands before the table.
const TABLES: [(&str, &str, &str); 6] = [
    (
        "CTRL",
        "Control characters",
        "In hexadecimal. Those from 80 on are characters of UTF-8, and the 7-bit form works as well.",
    ),
    ("ESC", "Escape sequences", "`Pc` is the character that names a set."),
    (
        "CSI",
        "Control sequences",
        "`Ps` is a number, `Pm` are any numbers, `SP` is a space. Numbers that are left out are 0, or 1 where 0 means nothing.",
    ),
    (
        "MODE",
        "Modes",
        "Set with `CSI … h`, reset with `CSI … l`; after `?` they are private ones of terminals.",
    ),
    ("SGR", "Colors and attributes", "The numbers of `CSI … m`."),
    ("OSC", "Operating system commands", "`OSC number ; …`, ended by BEL or `ESC \\`."),
];

const HEAD: &str = "# Escape sequences

What of a program's output a screen of Jumpseat takes. All else is ignored, whatever it is: no query is answered, and nothing
but the screen changes. \"Passes\" says whether the sequence also reaches the real terminals of guests (`Sanitizer`), with every
number bounded.

This file is generated from the tags in `core/screen/src/state/`, and a test tries each sequence:
`JUMPSEAT_UPDATE_REFERENCE=1 cargo nextest run -p jumpseat-screen --test sequences` writes it.
";

struct Row {
    kind: &'static str,
    forms: Vec<String>,
    name: String,
    effect: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for source in SOURCES {
        let text = std::fs::read_to_string(root().join(source)).expect("a source");
        for tag in text.lines().filter_map(|line| line.trim().strip_prefix("//: ")) {
            let mut fields = tag.rsplitn(3, " | ");
            let mut field = || fields.next().unwrap_or_else(|| panic!("{source}: {tag}")).to_owned();
            let (effect, name, form) = (field(), field(), field());
            let (kind, form) = form.split_once(' ').unwrap_or_else(|| panic!("{source}: {tag}"));
            let (kind, ..) = TABLES.iter().find(|(known, ..)| *known == kind).expect("a kind of tag");
            let again = format!(", {kind} ");
            let separator = if matches!(*kind, "ESC" | "CSI") { again.as_str() } else { ", " };
            let forms = form.split(separator).map(str::to_owned).collect();
            rows.push(Row { kind, forms, name, effect });
        }
    }
    rows
}

/// All that the tags of a kind name, written as [`taken`] writes it.
fn tagged(rows: &[Row], kind: &str) -> BTreeSet<String> {
    let forms = rows.iter().filter(|row| row.kind == kind).flat_map(|row| &row.forms);
    forms.flat_map(|form| names(kind, form)).collect()
}

fn names(kind: &str, form: &str) -> Vec<String> {
    match kind {
        "SGR" => {
            let (first, last) = form.split_once('-').unwrap_or((form, form));
            let number = |text: &str| text.parse::<u32>().expect("a number");
            (number(first)..=number(last)).map(|number| number.to_string()).collect()
        }
        "ESC" | "CSI" => {
            let parts = form.split(' ').filter(|part| !matches!(*part, "Ps" | "Pm" | ";" | "Pc"));
            let joined: String = parts.map(|part| if part == "SP" { " " } else { part }).collect();
            if form.ends_with("Pc") { vec![format!("{joined}0")] } else { vec![joined] }
        }
        _ => vec![form.replace(' ', "")],
    }
}

/// Screens in different states: something can be changed in one of them by whatever changes anything.
fn screens() -> Vec<Screen> {
    let mut plain = Screen::new(Options { cols: 12, rows: 6, scrollback: 10, ..Options::default() });
    plain.feed(0, "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\u{4e2d}x\x1b[3;5Hzyx".as_bytes());
    let mut busy = plain.clone();
    busy.feed(
        0,
        b"\x1b]2;t\x07\x1b]1;i\x07\x1b[22t\x1b]2;u\x07\x1b]1;j\x07\x1b]4;1;#fff\x07\x1b]10;#fff;#fff;#fff\x07\
          \x1b[4;20h\x1b[?1;6;9;12;25;45;66;1004;1006;2004;2026h\x1b[?7;25l\x1b=\x1b[3 q\x1b[2;5r\x1b[2;3H\x1b7\
          \x1b)0\x1b*0\x1b+0\x1b[1;2;3;4;5;7;8;9;53;58;5;3m\x1b[31;42m\x1b]8;;http://a/\x07\x1b]133;A\x07$ \x1b]133;B\x07ls\x1b[3;5Hzyx",
    );
    let mut other = busy.clone();
    other.feed(0, b"\x1b[?1000;1016h\x1b(0\x1b]133;C\x07\x1b[?1049h\x1b[2;5r\x1b[3;5Hab\x0ex");
    vec![plain, busy, other]
}

/// Whether a screen is left in another state by these bytes than by others that are ignored.
fn changes(screen: &Screen, bytes: &str, ignored: &str) -> bool {
    let after = |bytes: &str| {
        let mut screen = screen.clone();
        screen.take_events();
        screen.feed(1, bytes.as_bytes());
        (screen.encode(Start::Everything), screen.take_events(), screen.cwd().map(str::to_owned))
    };
    after(bytes) != after(ignored)
}

/// One thing to try: its name, and what to write for it and for nothing of its kind.
struct Try {
    name: String,
    written: Vec<(String, String)>,
}

const NUMBERS: [&str; 12] = ["", "1", "2", "3", "4", "5", "22", "23", "2;4", "1049", "31", "22;1"];

fn controls() -> Vec<Try> {
    // The rest of C1 begins and ends sequences.
    let codes = (0..0x20)
        .filter(|code| *code != 0x1b)
        .chain((0x80..0x90).chain([0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0x9a]));
    let written = |code: u32| vec![(char::from_u32(code).into_iter().collect(), "\0".to_owned())];
    codes.map(|code| Try { name: format!("{code:02X}"), written: written(code) }).collect()
}

fn intermediates() -> impl Iterator<Item = String> {
    (0x20..0x30_u8).map(|byte| char::from(byte).to_string())
}

fn escapes() -> Vec<Try> {
    let begins = |name: &str| matches!(name, "[" | "]" | "P" | "X" | "^" | "_");
    std::iter::once(String::new())
        .chain(intermediates())
        .flat_map(|head| ('0'..='~').map(move |last| format!("{head}{last}")))
        .filter(|name| !begins(name))
        .map(|name| Try { written: vec![(format!("\x1b{name}"), "\x1b1".to_owned())], name })
        .collect()
}

fn sequences() -> Vec<Try> {
    let prefixes = ["", "?", ">", "=", "<"].map(|prefix| (prefix, String::new()));
    let heads = prefixes.into_iter().chain(intermediates().map(|between| ("", between)));
    heads
        .flat_map(|(prefix, between)| {
            ('@'..='~').map(move |last| Try {
                name: format!("{prefix}{between}{last}"),
                written: NUMBERS
                    .iter()
                    .map(|numbers| {
                        (format!("\x1b[{prefix}{numbers}{between}{last}"), format!("\x1b[{numbers}{{"))
                    })
                    .collect(),
            })
        })
        .collect()
}

fn modes() -> Vec<Try> {
    let kinds = ["", "?"].into_iter().flat_map(|prefix| (0..2100).map(move |number| (prefix, number)));
    let written = |prefix: &str, number: u32| {
        ["h", "l"]
            .map(|last| (format!("\x1b[{prefix}{number}{last}"), format!("\x1b[{prefix}9998{last}")))
            .to_vec()
    };
    kinds
        .map(|(prefix, number)| Try { name: format!("{prefix}{number}"), written: written(prefix, number) })
        .collect()
}

fn attributes() -> Vec<Try> {
    let written = |number: u32| {
        ["", ";5;201", ";2;1;2;3"]
            .map(|rest| (format!("\x1b[{number}{rest}m"), format!("\x1b[199{rest}m")))
            .to_vec()
    };
    (0..200).map(|number| Try { name: number.to_string(), written: written(number) }).collect()
}

fn commands() -> Vec<Try> {
    const DATA: [&str; 8] = ["", ";x", ";1;#102030", ";#102030", ";A", ";D;1", ";;http://b/", ";file:///tmp"];
    let written = |number: u32| {
        DATA.map(|data| (format!("\x1b]{number}{data}\x07"), format!("\x1b]9999{data}\x07"))).to_vec()
    };
    (0..1500)
        .chain([5522, 7770])
        .map(|number| Try { name: number.to_string(), written: written(number) })
        .collect()
}

fn tries(kind: &str) -> Vec<Try> {
    match kind {
        "CTRL" => controls(),
        "ESC" => escapes(),
        "CSI" => sequences(),
        "MODE" => modes(),
        "SGR" => attributes(),
        _ => commands(),
    }
}

/// What a screen takes of a kind. Of what names a character set, the line-drawing one stands for all.
fn taken(kind: &str) -> BTreeSet<String> {
    let screens = screens();
    let takes = |one: &Try| {
        one.written
            .iter()
            .any(|(bytes, ignored)| screens.iter().any(|screen| changes(screen, bytes, ignored)))
    };
    let is_other_set = |name: &str| name.len() == 2 && "()*+-.".contains(&name[..1]) && !name.ends_with('0');
    let found = tries(kind).into_iter().filter(takes).map(|one| one.name);
    found.filter(|name| kind != "ESC" || !is_other_set(name)).collect()
}

#[test]
fn a_screen_takes_what_the_tags_say_and_nothing_else() {
    let rows = rows();
    for (kind, ..) in TABLES {
        let (tagged, taken) = (tagged(&rows, kind), taken(kind));
        let untagged: Vec<_> = taken.difference(&tagged).collect();
        let idle: Vec<_> = tagged.difference(&taken).collect();
        assert!(
            untagged.is_empty() && idle.is_empty(),
            "{kind}: without a tag {untagged:?}, without effect {idle:?}"
        );
    }
}

/// Whether some form of it reaches a guest's terminal.
fn passes(written: &[(String, String)]) -> bool {
    written.iter().any(|(bytes, _)| {
        let mut out = Vec::new();
        Sanitizer::default().feed(bytes.as_bytes(), &mut out);
        !out.is_empty()
    })
}

fn reference() -> String {
    let rows = rows();
    let mut text = HEAD.to_owned();
    for (kind, heading, before) in TABLES {
        let tries: BTreeMap<_, _> = tries(kind).into_iter().map(|one| (one.name, one.written)).collect();
        let _ = write!(
            text,
            "\n## {heading}\n\n{before}\n\n| sequence | name | effect | passes |\n|---|---|---|---|\n"
        );
        for row in rows.iter().filter(|row| row.kind == kind) {
            let named: Vec<_> = row.forms.iter().flat_map(|form| names(kind, form)).collect();
            let passing = named.iter().filter(|name| passes(&tries[*name])).count();
            let passes = match passing {
                0 => "no",
                all if all == named.len() => "yes",
                _ => panic!("{:?}: some forms pass and some do not: write a tag for each", row.forms),
            };
            let shown = |form: &String| match kind {
                "ESC" | "CSI" => format!("`{kind} {}`", form.replace('|', "\\|")),
                _ => format!("`{form}`"),
            };
            let forms: Vec<_> = row.forms.iter().map(shown).collect();
            let name = if row.name == "-" { "" } else { &row.name };
            let _ = writeln!(text, "| {} | {name} | {} | {passes} |", forms.join(", "), row.effect);
        }
    }
    text
}

#[test]
fn the_table_of_sequences_is_what_the_code_says() {
    let path = root().join("../../docs/sequences.md");
    let reference = reference();
    if std::env::var_os("JUMPSEAT_UPDATE_REFERENCE").is_some() {
        std::fs::write(&path, &reference).expect("docs/sequences.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == reference,
        "docs/sequences.md is out of date: run this test with JUMPSEAT_UPDATE_REFERENCE=1"
    );
}
