//! How a session begins: with a relay, an invite and its first terminals; and which terminals are in it.

use std::{
    net::SocketAddr,
    task::{Context, Poll},
};

use jumpseat_session::{
    Entropy, Exit, InvitePage,
    host::{Host, HostConfig},
};
use tokio::sync::oneshot;

use super::{
    EmbeddedRelay, HostEngine, Owned, commands::no_terminal, embedded, screen_thread::ScreenRequest,
    session::Session,
};
use crate::{
    api::{
        ApiError, ApiErrorKind, RelayChoice, Reply, SessionNo, ShareOptions, Size, StartFrom, TerminalNo,
        state::HostPath,
    },
    runtime::wall_clock,
    transport::{Address, Dialer, RelayConnection, is_unspecified},
};

/// A session whose embedded relay starts.
pub(super) struct Starting {
    relay: Owned<Result<EmbeddedRelay, ApiError>>,
    options: ShareOptions,
    answer: oneshot::Sender<Result<Reply, ApiError>>,
}

/// The page that invites to sessions at this relay may open.
fn page(address: Address, page: Option<&str>) -> Result<(Address, Option<InvitePage>), ApiError> {
    let page = page.map(|page| InvitePage::parse(page, &address.origin())).transpose().map_err(|error| {
        ApiError::new(ApiErrorKind::Address, error.to_string())
            .hint("name a page that you trust, https:// and not at the relay, or none")
    })?;
    Ok((address, page))
}

impl HostEngine {
    pub(super) fn share(&mut self, options: ShareOptions, answer: oneshot::Sender<Result<Reply, ApiError>>) {
        if let Err(failure) = self.may_share(&options) {
            drop(answer.send(Err(failure)));
            return;
        }
        match options.relay.clone() {
            RelayChoice::Url { url } => self.begin(options, &url, None, answer),
            RelayChoice::Embedded { address, port } => match &self.setup.start_relay {
                Some(start) => {
                    let relay = start(SocketAddr::new(address, port));
                    self.starting.push(Starting { relay, options, answer });
                    self.count();
                }
                None => drop(answer.send(Err(embedded::none()))),
            },
        }
    }

    fn may_share(&mut self, options: &ShareOptions) -> Result<(), ApiError> {
        if self.ending.is_some() {
            return Err(ApiError::new(ApiErrorKind::Misused, "everything is being ended"));
        }
        if let RelayChoice::Embedded { address, .. } = options.relay
            && is_unspecified(address)
        {
            return Err(ApiError::new(ApiErrorKind::Address, format!("guests cannot reach {address}"))
                .hint("name one address of this machine"));
        }
        for terminal in &options.terminals {
            self.may_add(*terminal)?;
        }
        Ok(())
    }

    pub(super) fn poll_starting(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        let mut at = 0;
        while let Some(starting) = self.starting.get_mut(at) {
            let Poll::Ready(relay) = starting.relay.as_mut().poll(cx) else {
                at += 1;
                continue;
            };
            let Starting { options, answer, .. } = self.starting.swap_remove(at);
            moved = true;
            match relay {
                Ok(EmbeddedRelay { url, stop }) => self.begin(options, &url, Some(stop), answer),
                Err(failure) => drop(answer.send(Err(failure))),
            }
            self.count();
        }
        moved
    }

    fn begin(
        &mut self,
        options: ShareOptions,
        relay: &str,
        stop: Option<Owned<()>>,
        answer: oneshot::Sender<Result<Reply, ApiError>>,
    ) {
        let now = self.now();
        let address = self.may_share(&options).and_then(|()| Address::parse(relay));
        let (address, page) = match address.and_then(|address| page(address, options.invite_page.as_deref()))
        {
            Ok(both) => both,
            Err(failure) => return drop(answer.send(Err(failure))),
        };
        let today = wall_clock();
        let mut config = HostConfig::new(options.name, today);
        if let Some(max_guests) = options.max_guests {
            config.max_guests = usize::from(max_guests);
        }
        let mut host = Host::new(config, Entropy::system(), now);
        let invite = match host.create_invite(now, options.invite.into()) {
            Ok(invite) => invite.id,
            Err(error) => return drop(answer.send(Err(error.into()))),
        };
        let no = SessionNo(self.next_session);
        self.next_session += 1;
        let origin = address.origin();
        let line = RelayConnection::new(Dialer::new(address, self.setup.transport.clone()));
        let ends_in = host.expires_at().since(now).as_millis() as u64;
        let mut session = Session::new(no, host, line, (origin, page), stop, (answer, invite));
        session.began_at = today.saturating_sub(now.0);
        session.expires_at = today + ends_in;
        session.manage_from_inside = options.manage_from_inside;
        self.sessions.insert(no, session);
        self.mark(HostPath::Session(no));
        for terminal in options.terminals {
            if let Err(failure) = self.add_terminal(no, terminal, options.from) {
                tracing::warn!(%failure, "a terminal is not in its session");
            }
        }
        self.count();
    }

    pub(super) fn add_terminal(
        &mut self,
        session: SessionNo,
        no: TerminalNo,
        from: StartFrom,
    ) -> Result<(), ApiError> {
        let now = self.now();
        self.may_add(no)?;
        let (Some(terminal), Some(shown_by)) = (self.terminals.get_mut(&no), self.sessions.get_mut(&session))
        else {
            return Err(no_terminal());
        };
        // Before the machine asks for the first picture of it.
        terminal.screen.ask(ScreenRequest::Begin { session, from });
        let Size { cols, rows } = terminal.size;
        let stream = shown_by.host.open_terminal(now, &terminal.title, cols, rows)?;
        terminal.session = Some((session, stream));
        shown_by.streams.insert(stream, no);
        self.mark(HostPath::Shown(no));
        self.put_inside_out();
        self.terminal_shared(session, no);
        self.look();
        Ok(())
    }

    fn may_add(&mut self, no: TerminalNo) -> Result<(), ApiError> {
        let terminal = self.terminal(no)?;
        if terminal.session.is_some() {
            return Err(ApiError::new(ApiErrorKind::Misused, "this terminal is shared in a session already"));
        }
        if !terminal.is_running() {
            return Err(no_terminal());
        }
        Ok(())
    }

    pub(super) fn withdraw(&mut self, session: SessionNo, no: TerminalNo) -> Result<(), ApiError> {
        let now = self.now();
        let shown_by = self.session(session)?;
        let stream = shown_by.stream(no).ok_or_else(no_terminal)?;
        shown_by.host.end_terminal(now, stream, Exit { code: None });
        shown_by.host.close_terminal(now, stream);
        shown_by.streams.remove(&stream);
        let terminal = self.terminal(no)?;
        terminal.session = None;
        terminal.screen.ask(ScreenRequest::Forget { session });
        self.mark(HostPath::Shown(no));
        self.look();
        self.terminal_withdrawn(session, no)
    }
}
