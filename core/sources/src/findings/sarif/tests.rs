use super::*;

fn parsed(bytes: &[u8]) -> Option<Report> {
    parse(bytes, Path::new("/w"), &mut |_| false)
}

fn read(text: &str) -> Report {
    parsed(text.as_bytes()).unwrap()
}

fn one(result: &str) -> Finding {
    let text = format!(
        r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t","rules":[
            {{"id":"A","shortDescription":{{"text":"about A"}},"messageStrings":{{"m":{{"text":"{{0}} is not {{1}}, {{{{it}}}}"}}}},
              "defaultConfiguration":{{"level":"error"}},"helpUri":"https://t.example/A"}},{{"id":"B"}}]}}}},
            "originalUriBaseIds":{{"ROOT":{{"uri":"file:///w/"}},"SRC":{{"uri":"src/","uriBaseId":"ROOT"}},
              "BARE":{{"uri":"file:///w"}},"SUB":{{"uri":"src","uriBaseId":"BARE"}},
              "LOOP":{{"uri":"x/","uriBaseId":"LOOP"}}}},
            "artifacts":[{{"location":{{"uri":"listed.c","uriBaseId":"SRC"}}}}],
            "results":[{result}]}}]}}"#
    );
    read(&text).all().next().unwrap().clone()
}

fn place(location: &str) -> Option<String> {
    one(&format!(
        r#"{{"message":{{"text":"x"}},"locations":[{{"physicalLocation":{{"artifactLocation":{location}}}}}]}}"#
    ))
    .path
}

#[test]
fn what_a_result_leaves_out_its_rule_says() {
    let finding = one(r#"{"ruleIndex":0,"message":{"id":"m","arguments":["a","b"]}}"#);
    assert_eq!((finding.rule.as_deref(), finding.severity), (Some("A"), Severity::Error));
    assert_eq!(finding.message, "a is not b, {it}");
    assert_eq!(one(r#"{"ruleId":"A/sub","message":{"text":"x"}}"#).severity, Severity::Error);
    assert_eq!(one(r#"{"ruleId":"B","message":{"text":"x"}}"#).severity, Severity::Warning);
    assert_eq!(
        one(r#"{"rule":{"id":"A"},"level":"note","message":{"text":"x {0}"}}"#).severity,
        Severity::Note
    );
}

#[test]
fn places_come_from_bases_lists_and_addresses() {
    assert_eq!(place(r#"{"uri":"a.c","uriBaseId":"SRC"}"#).as_deref(), Some("src/a.c"));
    assert_eq!(place(r#"{"index":0}"#).as_deref(), Some("src/listed.c"));
    assert_eq!(place(r#"{"uri":"file:///w/b.c"}"#).as_deref(), Some("b.c"));
    assert_eq!(place(r#"{"uri":"c.c","uriBaseId":"UNKNOWN"}"#).as_deref(), Some("c.c"));
    assert_eq!(place(r#"{"uri":"a.c","uriBaseId":"BARE"}"#).as_deref(), Some("a.c"), "no slash at its end");
    assert_eq!(
        place(r#"{"uri":"a.c","uriBaseId":"SUB"}"#).as_deref(),
        Some("src/a.c"),
        "nested, without slashes"
    );
    assert_eq!(place(r#"{"uri":"c.c","uriBaseId":"LOOP"}"#).as_deref(), Some("c.c"));
    assert_eq!(place(r#"{"uri":"../../etc/passwd","uriBaseId":"SRC"}"#), None);
    assert_eq!(place(r#"{"index":4000000000}"#), None);
}

#[test]
fn what_is_fine_gone_or_accepted_does_not_count() {
    let text = r#"{"runs":[{"tool":{"driver":{"name":"t"}},"results":[
        {"kind":"pass","message":{"text":"1"}},{"baselineState":"absent","message":{"text":"2"}},
        {"suppressions":[{"kind":"inSource"}],"message":{"text":"3"}},
        {"suppressions":[{"kind":"external","status":"rejected"}],"message":{"text":"4"}},
        {"kind":"fail","baselineState":"new","suppressions":[],"message":{"text":"5"}}]}]}"#;
    let messages: Vec<_> = read(text).all().map(|finding| finding.message.clone()).collect();
    assert_eq!(messages, ["4", "5"]);
}

#[test]
fn numbers_of_any_size_are_no_trouble() {
    let finding = one(
        r#"{"ruleIndex":-1,"message":{"text":"x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a"},
            "region":{"startLine":99999999999999999999,"startColumn":-5,"endLine":1.5,"endColumn":1e300}}}]}"#,
    );
    let range = finding.range.unwrap();
    assert_eq!((range.line, range.end_line, range.end_column), (u32::MAX, 1, u32::MAX));
    assert_eq!(finding.rule, None);
}

#[test]
fn what_is_no_report_is_none() {
    for bytes in
        [&b""[..], b"3", b"{}", b"{\"runs\":3}", b"\xff\xfe{\0}\0", b"{\"runs\":[{\"tool\":{}}]}", b"<xml/>"]
    {
        assert_eq!(parsed(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
    let deep = "[".repeat(100_000);
    assert_eq!(parsed(format!("{{\"runs\":{deep}").as_bytes()), None);
    assert_eq!(parsed(b"{\"runs\":null}"), None, "it says that nothing could be found out");
    assert_eq!(parsed(b"\xef\xbb\xbf{\"runs\":[]}"), Some(Report::default()));
}

#[test]
fn braces_are_filled_once_and_within_bounds() {
    let arguments = ["{1}".to_owned(), "x".repeat(60_000)];
    assert_eq!(filled("{0} {2} {} {x} }} {{0}}", &arguments), "{1} {2} {} {x} } {0}");
    assert!(filled(&"{1}".repeat(1_000), &arguments).len() < 200_000);
}

#[test]
fn a_fix_says_what_to_do_and_what_to_write() {
    let finding = one(
        r#"{"message":{"text":"x"},"fixes":[{"description":{"text":"Use `b`"},"artifactChanges":[{"replacements":[
            {"deletedRegion":{"startLine":1},"insertedContent":{"text":"b"}}]}]}]}"#,
    );
    assert_eq!(finding.fix.as_deref(), Some("Use `b`\nb"));
}

#[test]
fn what_findings_share_is_cut_before_it_is_copied() {
    let long = "x".repeat(1_000_000);
    let text = format!(
        r#"{{"runs":[{{"tool":{{"driver":{{"name":"{long}","rules":[
            {{"id":"{long}","messageStrings":{{"default":{{"text":"{long}"}}}}}}]}}}},
            "results":[{}{{"ruleIndex":0,"message":{{}}}}]}}]}}"#,
        r#"{"ruleIndex":0,"message":{}},"#.repeat(2_000)
    );
    let report = read(&text);
    assert_eq!(report.len(), 2_001);
    let lengths = |finding: &Finding| {
        [&finding.message, &finding.tool, finding.rule.as_ref().unwrap()].map(String::len)
    };
    assert!(report.all().all(|finding| lengths(finding) == [MAX_SHARED; 3]));
}

#[test]
fn a_report_in_utf_16_is_read() {
    let text = r#"{"runs":[{"tool":{"driver":{"name":"t"}},"results":[{"message":{"text":"schön 😀"}}]}]}"#;
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little, big] {
        let report = parsed(&bytes).unwrap();
        assert_eq!(report.all().next().unwrap().message, "schön 😀");
    }
}
