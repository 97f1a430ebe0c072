//! Whose word is believed, header by header.

use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";

fn proxies() -> Proxies {
    Proxies::parse("10.0.0.0/8, 2001:db8:ffff::/48").unwrap()
}

/// The client of a request with these header lines.
fn source(peer: &str, lines: &[(&'static str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    proxies().source_of(peer.parse().unwrap(), &headers).to_string()
}

/// JS-RELAY-31.
#[test]
fn a_strangers_headers_count_for_nothing() {
    for peer in ["203.0.113.9", "2001:db8::9", "11.0.0.1"] {
        for lines in [
            [("x-forwarded-for", "198.51.100.1")],
            [("x-forwarded-for", "198.51.100.1, 10.0.0.1")],
            [("forwarded", "for=198.51.100.1")],
        ] {
            assert_eq!(source(peer, &lines), peer, "{lines:?}");
        }
    }
}

/// JS-RELAY-31.
#[test]
fn the_last_address_that_is_no_trusted_proxy_counts() {
    for (list, expected) in [
        ("198.51.100.1", "198.51.100.1"),
        // What the client wrote itself stands in front.
        ("192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("192.0.2.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("192.0.2.66,198.51.100.1,10.0.0.3,2001:db8:ffff::1 , 10.0.0.2", "198.51.100.1"),
        // Nobody but proxies: the first of them.
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        // Forms of an address.
        ("198.51.100.1:4711", "198.51.100.1"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[::ffff:198.51.100.1]:9", "198.51.100.1"),
        ("198.51.100.1, ::ffff:10.0.0.2", "198.51.100.1"),
        ("\t198.51.100.1 ", "198.51.100.1"),
    ] {
        assert_eq!(source(PROXY, &[("x-forwarded-for", list)]), expected, "{list}");
        assert_eq!(source("::ffff:10.0.0.1", &[("x-forwarded-for", list)]), expected, "{list}");
    }
    let many = vec!["10.1.2.3"; 1000].join(",");
    assert_eq!(source(PROXY, &[("x-forwarded-for", &format!("198.51.100.1,{many}"))]), "198.51.100.1");
}

/// JS-RELAY-31: the proxy that passed on what cannot be read stands for it.
#[test]
fn what_cannot_be_read_is_nobodys_address() {
    for list in [
        "",
        ",",
        "unknown",
        "_hidden",
        "198.51.100.1, unknown",
        "198.51.100.1,",
        "198.51.100.1 192.0.2.1",
        "198.51.100",
        "198.51.100.01",
        "198.51.100.1:port",
        "198.51.100.1:+80",
        "198.51.100.1:99999",
        "[198.51.100.1]",
        "[2001:db8::7",
        "2001:db8::7]:80",
        "fe80::1%eth0",
        "\"198.51.100.1\"",
        "caf\u{e9}",
    ] {
        assert_eq!(source(PROXY, &[("x-forwarded-for", list)]), PROXY, "{list}");
    }
    assert_eq!(source(PROXY, &[("x-forwarded-for", "198.51.100.1, rubbish, 10.0.0.2")]), "10.0.0.2");
}

/// JS-RELAY-31: a header that comes more than once is one list.
#[test]
fn the_lines_of_a_header_follow_each_other() {
    let lines = [("x-forwarded-for", "192.0.2.66"), ("x-forwarded-for", "198.51.100.1, 10.0.0.2")];
    assert_eq!(source(PROXY, &lines), "198.51.100.1");
    let lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "10.0.0.2")];
    assert_eq!(source(PROXY, &lines), "198.51.100.1");
    let lines = [("forwarded", "for=192.0.2.66"), ("forwarded", "for=198.51.100.1;proto=https")];
    assert_eq!(source(PROXY, &lines), "198.51.100.1");
}

/// JS-RELAY-31.
#[test]
fn the_standard_header_is_read_as_it_is_written() {
    for (line, expected) in [
        ("for=198.51.100.1", "198.51.100.1"),
        ("For=\"198.51.100.1:4711\"", "198.51.100.1"),
        ("for=198.51.100.1:80", "198.51.100.1"),
        ("for=\"[2001:db8::7]:4711\";proto=https;by=10.0.0.1", "2001:db8::7"),
        ("proto=https ; FOR=\"198.51.100.1\"", "198.51.100.1"),
        ("for=192.0.2.66, for=198.51.100.1, for=10.0.0.2", "198.51.100.1"),
        ("for=192.0.2.66;host=\"a, for=6.6.6.6\", for=198.51.100.1", "198.51.100.1"),
        ("for=\"198.51.\\100.1\"", "198.51.100.1"),
        (", ,for=198.51.100.1,,", "198.51.100.1"),
        // Hidden, or not said.
        ("for=198.51.100.1, for=_hidden", PROXY),
        ("for=198.51.100.1, for=unknown", PROXY),
        ("for=198.51.100.1, proto=https", PROXY),
        // The client tries to swallow what the proxy adds.
        ("for=6.6.6.6;host=\"x, for=198.51.100.1", PROXY),
        ("for=6.6.6.6;host=\"x, for=\"[2001:db8::7]\"", PROXY),
        ("for=6.6.6.6;for=198.51.100.1", PROXY),
        ("for", PROXY),
        ("for=", PROXY),
        ("for=198.51.100.1 for=6.6.6.6", PROXY),
        ("", PROXY),
    ] {
        assert_eq!(source(PROXY, &[("forwarded", line)]), expected, "{line}");
    }
}

/// JS-RELAY-31: a proxy may write one of the headers and pass a client's other one on.
#[test]
fn headers_that_do_not_agree_are_not_believed() {
    let both = |list, standard| source(PROXY, &[("x-forwarded-for", list), ("forwarded", standard)]);
    assert_eq!(both("198.51.100.1", "for=198.51.100.1"), "198.51.100.1");
    assert_eq!(both("6.6.6.6", "for=198.51.100.1"), PROXY);
    assert_eq!(both("198.51.100.1", "for=6.6.6.6"), PROXY);
    assert_eq!(both("198.51.100.1", "rubbish"), PROXY);
}

#[test]
fn networks_are_read_and_others_named() {
    let networks = Proxies::parse(" 192.0.2.7,::ffff:10.0.0.0/104 , fd00::/8,").unwrap();
    for (address, trusted) in [
        ("192.0.2.7", true),
        ("::ffff:192.0.2.7", true),
        ("192.0.2.8", false),
        ("10.200.0.1", true),
        ("11.0.0.1", false),
        ("fd12::1", true),
        ("fe80::1", false),
    ] {
        assert_eq!(networks.trusts(address.parse().unwrap()), trusted, "{address}");
    }
    for wrong in ["nginx", "10.0.0.0/33", "10.0.0", "10.0.0.0/8/9", "10.0.0.1;10.0.0.2"] {
        assert!(Proxies::parse(wrong).unwrap_err().contains("neither"), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_header_panics_or_speaks_for_a_stranger(
        list in "[ -~\t]{0,60}", standard in "[ -~\t]{0,60}", known in any::<bool>(),
    ) {
        let peer = if known { PROXY } else { "203.0.113.9" };
        let found = source(peer, &[("x-forwarded-for", &list), ("forwarded", &standard)]);
        prop_assert!(known || found == peer);
    }

    /// Whatever a client wrote before it: the address that the proxy adds is the one that counts.
    #[test]
    fn what_the_proxy_adds_cannot_be_undone(written in "[ -~\t]{0,60}") {
        let list = format!("{written}, 198.51.100.1");
        prop_assert_eq!(source(PROXY, &[("x-forwarded-for", &list)]), "198.51.100.1");
        for added in ["for=198.51.100.1", "for=\"198.51.100.1:9\";proto=https"] {
            let found = source(PROXY, &[("forwarded", &format!("{written}, {added}"))]);
            prop_assert!([PROXY, "198.51.100.1"].contains(&&*found), "{}", found);
        }
    }
}
