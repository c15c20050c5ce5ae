use super::*;

fn edited(text: &str) -> Faults {
    let mut faults = Faults::default();
    for edit in FaultEdit::parse_all(text).unwrap() {
        faults.edit(edit);
    }
    faults
}

#[test]
fn each_fault_is_read_and_goes_to_the_sides_that_it_names() {
    let both = edited("latency=100ms,jitter=20ms bandwidth=1MB,to=client  slice=1,every=10ms,to=upstream");
    for side in Side::ALL {
        assert_eq!(both.to[side].latency, Some(Latency { micros: 100_000, jitter: 20_000 }));
    }
    assert_eq!(both.to.client.bandwidth, Some(1_000_000));
    assert_eq!(both.to.upstream.bandwidth, None);
    assert_eq!(both.to.upstream.slice, Some(Slice { bytes: 1, variation: 0, pause: 10_000 }));
    let served = edited("cut=64KiB,to=client reset=5s,to=client stall=200ms,every=5s,to=client refuse");
    assert_eq!(served.to.client.cut, Some(Limit::Bytes(65_536)));
    assert_eq!(served.to.client.reset, Some(Limit::After(5_000_000)));
    assert_eq!(served.to.client.stall, Some(Stall { micros: 200_000, every: 5_000_000 }));
    assert!(served.refuse && served.to.upstream.is_empty());
    assert!(edited("").is_empty());
}

#[test]
fn a_fault_replaces_one_of_its_kind_and_off_ends_it() {
    let faults = edited("latency=5ms cut=7 latency=6ms,to=client");
    assert_eq!(faults.to.client.latency, Some(Latency { micros: 6_000, jitter: 0 }));
    assert_eq!(faults.to.upstream.latency, Some(Latency { micros: 5_000, jitter: 0 }));
    let ended = edited("latency=5ms cut=7 refuse latency=off cut=off,to=client");
    assert_eq!(ended, Faults { to: ended.to, refuse: true, seed: 0 });
    assert!(ended.to.client.is_empty());
    assert_eq!(ended.to.upstream, SideFaults { cut: Some(Limit::Bytes(7)), ..SideFaults::default() });
    let one_side = edited("latency=5ms refuse off,to=upstream");
    assert!(one_side.to.upstream.is_empty() && one_side.refuse && !one_side.to.client.is_empty());
    for gone in ["latency=5ms slice=1,every=1s refuse off", "refuse refuse=off", "reset=off"] {
        assert!(edited(gone).is_empty(), "{gone}");
    }
}

#[test]
fn the_end_of_a_fault_is_one_of_its_kind_and_side() {
    for (text, end) in [
        ("latency=5ms,jitter=1ms,to=client", "latency=off,to=client"),
        ("stall=1ms,every=1s", "stall=off"),
        ("refuse", "refuse=off"),
        ("off", "off"),
    ] {
        assert_eq!(FaultEdit::parse(text).unwrap().ended(), FaultEdit::parse(end).unwrap(), "{text}");
    }
}

#[test]
fn a_value_that_is_shown_can_be_read_again() {
    for text in [
        "latency=100ms,jitter=20ms",
        "bandwidth=1MB",
        "stall=200ms,every=5s",
        "slice=1,every=10ms",
        "slice=1KiB,variation=100,every=10ms",
        "cut=64KiB",
        "reset=90s",
    ] {
        let faults = edited(text).to.client;
        let shown = |kind: TrafficFaultKind| Some(format!("{}={}", kind.word(), faults.value(kind)?));
        assert_eq!(TrafficFaultKind::ALL.into_iter().find_map(shown).as_deref(), Some(text));
    }
}

#[test]
fn sizes_are_binary_or_decimal() {
    let sizes = ["1", "512B", "64KiB", "64kB", "1MB", "2GB"].map(|text| size(text).unwrap());
    assert_eq!(sizes, [1, 512, 65_536, 64_000, 1_000_000, 2_000_000_000]);
    for bad in ["", "0", "MB", "1KiBMB", "1.5MB", "1mb", "-1", "99999999999999999999", "0kB"] {
        assert!(size(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    for (bad, hint) in [
        ("", "there is no fault ''"),
        ("loss=1", "there is no fault 'loss': it is latency, bandwidth"),
        ("latency", "it has no value: latency=100ms is"),
        ("latency=", "a time is a number"),
        ("latency=5", "a time is a number"),
        ("latency=5ms,jitter=6ms", "jitter is at most the latency"),
        ("latency=5ms,jitter", "'jitter' has no value"),
        ("latency=5ms,jiter=1ms", "there is no 'jiter'"),
        ("latency=5ms,to=client,to=client", "to is given twice"),
        ("latency=5ms,every=1s", "every is for stall and slice"),
        ("bandwidth=1MB,jitter=1ms", "jitter is for latency"),
        ("bandwidth=0", "a size is 1 or more"),
        ("bandwidth=fast", "a size is 1 or more"),
        ("slice=1", "it needs every=, like slice=1,every=10ms"),
        ("slice=10,variation=11,every=1ms", "variation is at most the size of a slice"),
        ("bandwidth=1MB,variation=1", "variation is for slice"),
        ("stall=5s,every=5s", "a stall is shorter"),
        ("cut=now", "it is a size or a time"),
        ("reset=0s", "it is a size or a time"),
        ("timeout=0s", "it has to be more than nothing"),
        ("slow-close=1", "a time is a number"),
        ("refuse=1", "refuse has no value"),
        ("refuse,to=client", "refuse is for clients"),
        ("latency=5ms,to=server", "to is client or upstream"),
    ] {
        let message = FaultRule::parse(bad).expect_err(bad);
        assert!(message.contains(hint) && !message.contains('\n'), "{bad}: {message}");
        assert_eq!(FaultEdit::parse(bad), Err(message));
    }
    for (bad, hint) in [
        ("loss=off", "there is no fault 'loss'"),
        ("off,to=server", "to is client or upstream"),
        ("latency=off,jitter=1ms", "only to="),
        ("off=off", "there is no fault 'off'"),
    ] {
        let message = FaultEdit::parse(bad).expect_err(bad);
        assert!(message.contains(hint), "{bad}: {message}");
    }
    assert!(FaultRule::parse("latency=off").is_err(), "not on the command line");
}

#[test]
fn a_timeout_may_end_nothing() {
    let fault = |text: &str| FaultRule::parse(text).map(|rule| (rule.fault, rule.to));
    assert_eq!(fault("timeout=never,to=client"), Ok((TrafficFault::Timeout(0), Some(Side::Client))));
    assert_eq!(fault("timeout=2s"), Ok((TrafficFault::Timeout(2_000_000), None)));
    assert_eq!(fault("slow-close=20ms"), Ok((TrafficFault::SlowClose(20_000), None)));
    let mut faults = Faults::default();
    faults.edit_all(&FaultEdit::parse_all("timeout=never slow-close=2s").unwrap());
    assert_eq!(faults.to.client.value(TrafficFaultKind::Timeout).as_deref(), Some("never"));
    faults.edit_all(&FaultEdit::parse_all("timeout=off slow-close=off").unwrap());
    assert!(faults.is_empty());
}
