//! How many connections and rooms there may be at one time, in all and by where they come from.
//!
//! A connection that nobody knows anything of is cheap to make, and one machine can make as many as it may have. So
//! whoever shows a right claim, or takes a seat, is *known*, and gets a place even where all are taken: the newest
//! connection that is not known makes way for it. Until it has shown something, one for which there is no place waits
//! in a small reserve, and the oldest of those that wait makes way for the next.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use jumpseat_wire::CloseCode;

use crate::{
    admission::{Prefix, Source},
    link::Link,
};

/// The reserve is this part of the places.
const RESERVE_PART: usize = 8;

/// So many of something: in all, from one host, from one network three times as many, and from one site nine times.
#[derive(Debug)]
pub(crate) struct ConnectionLimit {
    all: usize,
    per_host: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_prefix: HashMap<Prefix, usize>,
}

/// Where there is no place any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Crowd {
    Relay,
    Prefix(Prefix),
}

impl Crowd {
    fn has(self, source: Option<Source>) -> bool {
        match self {
            Self::Relay => true,
            Self::Prefix(prefix) => {
                source.is_some_and(|source| source.widths().iter().any(|(width, _)| *width == prefix))
            }
        }
    }
}

impl ConnectionLimit {
    pub(crate) fn new(all: usize, per_host: usize) -> Arc<Self> {
        Arc::new(Self { all, per_host, taken: Mutex::default() })
    }

    /// The limits for one from there, or from nobody knows where.
    fn limits(&self, source: Option<Source>) -> impl Iterator<Item = (Crowd, usize)> {
        let widths = source.map(|source| {
            source
                .widths()
                .map(|(prefix, hosts)| (Crowd::Prefix(prefix), self.per_host.saturating_mul(hosts)))
        });
        widths.into_iter().flatten().chain([(Crowd::Relay, self.all)])
    }

    /// A place for one more, given back when dropped, or the narrowest limit that is reached. Without a source it
    /// counts in all until it is [settled](Permit::settle).
    pub(crate) fn admit(self: &Arc<Self>, source: Option<Source>) -> Result<Permit, Crowd> {
        let mut taken = self.taken();
        match self.limits(source).find(|(crowd, limit)| taken.count(*crowd) >= *limit) {
            Some((crowd, _)) => Err(crowd),
            None => {
                taken.all += 1;
                taken.enter(source);
                drop(taken);
                Ok(Permit { source, places: Arc::clone(self) })
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().expect("no thread panics while it counts")
    }
}

impl Taken {
    fn count(&self, crowd: Crowd) -> usize {
        match crowd {
            Crowd::Relay => self.all,
            Crowd::Prefix(prefix) => self.by_prefix.get(&prefix).copied().unwrap_or_default(),
        }
    }

    fn enter(&mut self, source: Option<Source>) {
        for (prefix, _) in source.into_iter().flat_map(Source::widths) {
            *self.by_prefix.entry(prefix).or_default() += 1;
        }
    }

    fn leave(&mut self, source: Option<Source>) {
        for (prefix, _) in source.into_iter().flat_map(Source::widths) {
            if let Some(count) = self.by_prefix.get_mut(&prefix) {
                *count -= 1;
                if *count == 0 {
                    self.by_prefix.remove(&prefix);
                }
            }
        }
    }
}

/// One's place.
#[derive(Debug)]
pub(crate) struct Permit {
    source: Option<Source>,
    places: Arc<ConnectionLimit>,
}

impl Permit {
    /// Counts for this source from now on; where that has no more, nothing is changed.
    pub(crate) fn settle(&mut self, source: Source) -> Result<(), Crowd> {
        let mut taken = self.places.taken();
        taken.leave(self.source);
        let mut limits = self.places.limits(Some(source)).filter(|(crowd, _)| *crowd != Crowd::Relay);
        let full = limits.find(|(crowd, limit)| taken.count(*crowd) >= *limit);
        if full.is_none() {
            self.source = Some(source);
        }
        taken.enter(self.source);
        full.map_or(Ok(()), |(crowd, _)| Err(crowd))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        taken.leave(self.source);
    }
}

/// The connections of this node.
#[derive(Debug)]
pub(crate) struct Connections {
    places: Arc<ConnectionLimit>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    /// All, the oldest first.
    all: BTreeMap<u64, Connection>,
    /// Those without a place, and where they come from.
    reserve: BTreeMap<u64, Option<Source>>,
}

#[derive(Debug)]
struct Connection {
    place: Option<Permit>,
    known: bool,
    link: Arc<Link>,
}

impl Connections {
    pub(crate) fn new(all: usize, per_host: usize) -> Arc<Self> {
        Arc::new(Self { places: ConnectionLimit::new(all, per_host), open: Mutex::default() })
    }

    /// Takes a connection in, from there or from nobody knows where yet.
    pub(crate) fn admit(self: &Arc<Self>, source: Option<Source>, link: Arc<Link>) -> Ticket {
        let place = self.places.admit(source).ok();
        let mut open = self.open();
        let id = open.next;
        open.next += 1;
        let waits = place.is_none();
        open.all.insert(id, Connection { place, known: false, link });
        if waits {
            self.wait(&mut open, id, source);
        }
        drop(open);
        Ticket { id, source, known: false, connections: Arc::clone(self) }
    }

    /// Puts a connection into the reserve. Where that is full, the one that waits the longest makes way.
    fn wait(&self, open: &mut Open, id: u64, source: Option<Source>) {
        for (crowd, limit) in self.places.limits(source) {
            let waiting = || open.reserve.iter().filter(|(_, source)| crowd.has(**source));
            if waiting().count() >= (limit / RESERVE_PART).max(1)
                && let Some(oldest) = waiting().map(|(id, _)| *id).next()
            {
                open.send_away(oldest);
            }
        }
        open.reserve.insert(id, source);
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("no thread panics while it counts")
    }
}

impl Open {
    /// Takes a connection's place away and tells it to go.
    fn send_away(&mut self, id: u64) {
        self.reserve.remove(&id);
        if let Some(connection) = self.all.remove(&id) {
            connection.link.close(CloseCode::RateLimited);
        }
    }

    /// The newest connection in a crowd that has a place and is not known.
    fn newest_unknown(&self, crowd: Crowd) -> Option<u64> {
        let mut newest = self.all.iter().rev();
        let found = newest.find(|(_, connection)| {
            let place = connection.place.as_ref();
            !connection.known && place.is_some_and(|place| crowd.has(place.source))
        });
        found.map(|(id, _)| *id)
    }
}

/// A connection's right to be here, given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    id: u64,
    source: Option<Source>,
    known: bool,
    connections: Arc<Connections>,
}

impl Ticket {
    /// Counts for this source from now on.
    pub(crate) fn settle(&mut self, source: Source) {
        if self.source.replace(source) == Some(source) {
            return;
        }
        let mut open = self.connections.open();
        let Some(connection) = open.all.get_mut(&self.id) else { return };
        let settled = match &mut connection.place {
            Some(place) => place.settle(source).is_ok(),
            None => false,
        };
        if !settled {
            connection.place = None;
            open.reserve.remove(&self.id);
            self.connections.wait(&mut open, self.id, Some(source));
        }
    }

    /// Whether there is a place for it, though nothing is known of it.
    pub(crate) fn has_place(&self) -> bool {
        let mut open = self.connections.open();
        let Some(connection) = open.all.get_mut(&self.id) else { return false };
        if connection.place.is_none() {
            connection.place = self.connections.places.admit(self.source).ok();
        }
        let has = connection.place.is_some();
        if has {
            open.reserve.remove(&self.id);
        }
        has
    }

    /// Whether it is known.
    pub(crate) fn is_known(&self) -> bool {
        self.known
    }

    /// It has shown a right claim, or has got a seat: a newer one that is not known makes way for it. False where all are
    /// known, or where it was sent away itself.
    pub(crate) fn make_known(&mut self) -> bool {
        let mut open = self.connections.open();
        if !open.all.contains_key(&self.id) {
            return false;
        }
        while open.all[&self.id].place.is_none() {
            match self.connections.places.admit(self.source) {
                Ok(place) => {
                    open.reserve.remove(&self.id);
                    open.all.entry(self.id).and_modify(|connection| connection.place = Some(place));
                }
                Err(crowd) => match open.newest_unknown(crowd) {
                    Some(id) => open.send_away(id),
                    None => return false,
                },
            }
        }
        open.all.entry(self.id).and_modify(|connection| connection.known = true);
        self.known = true;
        true
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.reserve.remove(&self.id);
        open.all.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn source(address: &str) -> Source {
        address.parse::<IpAddr>().unwrap().into()
    }

    /// JS-RELAY-27.
    #[test]
    fn places_are_given_back() {
        let places = ConnectionLimit::new(7, 2);
        let admit = |address: &str| places.admit(Some(source(address)));
        let first = admit("192.0.2.1").unwrap();
        let _second = admit("192.0.2.1").unwrap();
        let full = admit("192.0.2.1").unwrap_err();
        assert_eq!(full, Crowd::Prefix(source("192.0.2.1").host), "two of one host");
        let _others: Vec<_> =
            (2..6).map(|last| admit(&format!("192.0.2.{}", last / 2 + 1)).unwrap()).collect();
        assert_eq!(
            admit("192.0.2.9").unwrap_err(),
            Crowd::Prefix(source("192.0.2.1").network),
            "six of a network"
        );
        let _seventh = admit("198.51.100.1").unwrap();
        assert_eq!(admit("198.51.100.1").unwrap_err(), Crowd::Relay, "seven in all");
        drop(first);
        assert!(admit("192.0.2.1").is_ok());
        assert_eq!(places.taken().all, 6, "what was refused holds nothing");
    }

    /// JS-RELAY-27, JS-RELAY-31.
    #[test]
    fn who_comes_through_a_proxy_counts_for_its_own_prefix_once_that_is_known() {
        let places = ConnectionLimit::new(4, 1);
        let a = source("192.0.2.1");
        let (mut first, mut second) = (places.admit(None).unwrap(), places.admit(None).unwrap());
        assert!(first.settle(a).is_ok() && first.settle(a).is_ok());
        assert!(second.settle(a).is_err() && second.settle(source("198.51.100.1")).is_ok());
        drop(first);
        assert!(second.settle(a).is_ok(), "it moves");
        drop(second);
        assert!(places.taken().all == 0 && places.taken().by_prefix.is_empty());
        let all: Vec<_> = (0..4).map(|_| places.admit(None).unwrap()).collect();
        assert!(places.admit(None).is_err());
        drop(all);
    }

    fn come(connections: &Arc<Connections>, address: &str) -> (Ticket, Arc<Link>) {
        let link = Arc::<Link>::default();
        (connections.admit(Some(source(address)), Arc::clone(&link)), link)
    }

    /// JS-RELAY-27: one machine with nothing keeps neither its neighbors out nor who is behind the same address.
    #[test]
    fn who_is_known_gets_a_place_where_all_are_taken() {
        let connections = Connections::new(100, 8);
        let mut crowd: Vec<_> = (0..8).map(|_| come(&connections, "192.0.2.66")).collect();
        assert!(crowd.iter().all(|(ticket, _)| ticket.has_place()));
        let (next_door, _) = come(&connections, "192.0.2.7");
        assert!(next_door.has_place(), "a network is more than one host");
        let (mut mine, link) = come(&connections, "192.0.2.66");
        assert!(!mine.has_place() && link.verdict().is_none(), "it may show what it has");
        assert!(mine.make_known() && mine.has_place());
        assert_eq!(crowd[7].1.verdict(), Some(CloseCode::RateLimited), "the newest");
        assert!(crowd[..7].iter().all(|(_, link)| link.verdict().is_none()));
        drop(crowd.pop());
        // Those that are known keep their places.
        crowd.iter_mut().for_each(|(ticket, _)| assert!(ticket.make_known()));
        let (mut more, _) = come(&connections, "192.0.2.66");
        assert!(!more.make_known());
        drop(mine);
        assert!(more.make_known());
        drop((crowd, more, next_door));
        let open = connections.open();
        assert!(open.all.is_empty() && open.reserve.is_empty() && connections.places.taken().all == 0);
    }

    /// JS-RELAY-27: the reserve is bounded, and to stay in it keeps nobody out.
    #[test]
    fn who_waits_for_long_makes_way() {
        let connections = Connections::new(100, 8);
        let _crowd: Vec<_> = (0..8).map(|_| come(&connections, "192.0.2.66")).collect();
        let (mut silent, told) = come(&connections, "192.0.2.66");
        let (mut mine, link) = come(&connections, "192.0.2.66");
        assert_eq!((told.verdict(), link.verdict()), (Some(CloseCode::RateLimited), None));
        assert!(!silent.make_known() && mine.make_known());
        assert!(connections.open().reserve.is_empty());
    }

    /// JS-RELAY-27, JS-RELAY-31: as soon as a proxy has said who it is.
    #[test]
    fn who_is_behind_a_proxy_waits_in_the_reserve_of_its_own() {
        let connections = Connections::new(4, 1);
        let mut tickets: Vec<_> = (0..3).map(|_| connections.admit(None, Arc::default())).collect();
        tickets.iter_mut().for_each(|ticket| ticket.settle(source("203.0.113.66")));
        assert!(tickets[0].has_place() && !tickets[1].has_place() && !tickets[2].has_place());
        assert_eq!(connections.places.taken().all, 1);
        let mut other = connections.admit(None, Arc::default());
        other.settle(source("192.0.2.9"));
        assert!(other.has_place());
    }

    /// JS-RELAY-27: of those that wait the oldest goes, and a place that is given back is had by who still waits.
    #[test]
    fn of_those_that_wait_the_oldest_makes_way_and_the_others_get_what_is_given_back() {
        let connections = Connections::new(100, 16);
        let mut crowd: Vec<_> = (0..16).map(|_| come(&connections, "192.0.2.66")).collect();
        let waiting = [(); 3].map(|()| come(&connections, "192.0.2.66"));
        let told = waiting.each_ref().map(|(_, link)| link.verdict());
        assert_eq!(told, [Some(CloseCode::RateLimited), None, None]);
        assert!(!waiting[1].0.has_place());
        drop(crowd.pop());
        assert!(waiting[1].0.has_place() && !waiting[2].0.has_place() && !waiting[0].0.has_place());
        assert_eq!(connections.open().reserve.len(), 1);
    }
}
