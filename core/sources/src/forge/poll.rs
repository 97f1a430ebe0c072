//! When a forge is asked, what signs in, what is shown while it cannot be reached.

use std::{
    future::pending,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use jumpseat_git::RepoLocation;
use jumpseat_panels::{PanelKind, Remedy, SourceState};
use tokio::{
    sync::{Mutex, Notify, mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    ForgeApi, ForgeHost, ForgeKind, ForgeSetup, Known,
    branch_target::{BranchTarget, Nowhere},
    entries::Shown,
    github::GitHub,
    gitlab::GitLab,
    http::{Http, HttpError},
    probe::pause,
};
use crate::{Ask, FetchError, Publisher, clock, watch::Watch};

/// How often a branch is looked for where there is none, or none at a forge that is known.
const AGAIN: Duration = Duration::from_secs(15);

/// After a request that failed, the next comes after this long, and after ever longer up to the second.
const FIRST_RETRY: Duration = Duration::from_secs(5);
const LAST_RETRY: Duration = Duration::from_secs(300);

/// How much more seldom GitHub is asked by nobody in particular: it answers sixty times an hour, whether or not
/// anything changed.
const SELDOM: u32 = 20;

/// The least time between two looks, however often somebody asks for one.
const LEAST: Duration = Duration::from_secs(1);

/// What both panels share.
pub(super) struct Shared {
    folder: PathBuf,
    setup: ForgeSetup,
    /// Held by the panel that asks for both.
    turn: Mutex<Turn>,
    shown: watch::Sender<Arc<Shown>>,
    wanted: Notify,
}

/// What is kept from one look to the next.
#[derive(Default)]
struct Turn {
    forge: Option<(ForgeHost, Box<dyn ForgeApi>)>,
    /// What the last look was at.
    target: Option<BranchTarget>,
    failures: u32,
    /// Whether the forge asked to be left alone for a while.
    limited: bool,
    /// Whether it is asked seldom.
    seldom: bool,
    /// Since when nothing new comes.
    stale: Option<u64>,
    /// Since when nothing has changed.
    quiet_since: Option<Instant>,
}

impl Turn {
    /// Whether the last look was at that branch.
    fn is_at(&self, target: Option<&BranchTarget>) -> bool {
        let branch = |target: &BranchTarget| {
            (target.forge.clone(), target.branch.clone(), target.head.clone(), target.request.clone())
        };
        self.target.as_ref().map(branch) == target.map(branch)
    }
}

impl Shared {
    pub(super) fn new(folder: PathBuf, setup: ForgeSetup) -> Self {
        let shown = watch::channel(Arc::default()).0;
        Self { folder, setup, turn: Mutex::default(), shown, wanted: Notify::new() }
    }

    pub(super) fn is_of(&self, folder: &Path, forges: &[ForgeHost]) -> bool {
        self.folder == folder && self.setup.forges == forges
    }

    /// Shows one panel until nobody asks any more.
    pub(super) async fn serve(&self, kind: PanelKind, publisher: Publisher, mut asks: mpsc::Receiver<Ask>) {
        let mut shown = self.shown.subscribe();
        loop {
            let now = shown.borrow_and_update().clone();
            let entries = if kind == PanelKind::Review { &now.review } else { &now.issue };
            publisher.show(entries.clone(), now.state.clone());
            loop {
                tokio::select! {
                    ask = asks.recv() => match ask {
                        Some(Ask::Refresh) => self.wanted.notify_one(),
                        Some(Ask::Fetch { id, answer }) => {
                            // Whoever asked may be gone.
                            let _ = answer.send(now.contents.get(&id).cloned().ok_or(FetchError::Gone));
                        }
                        None => return,
                    },
                    _ = shown.changed() => break,
                }
            }
        }
    }

    /// Asks for both panels, for as long as it is polled.
    pub(super) async fn ask_on(self: Arc<Self>) {
        let mut turn = self.turn.lock().await;
        let watch = self.watch_head().await;
        loop {
            let mut next = Instant::now() + self.look(&mut turn).await;
            if !turn.limited {
                let least = Instant::now() + LEAST.min(self.setup.every);
                // As nobody GitHub is not asked for each fetch of an editor's.
                let head_alone = turn.seldom;
                tokio::select! {
                    () = sleep_until(next) => {}
                    () = self.roused(watch.as_ref(), head_alone) => {}
                    until = self.changed(&mut turn) => next = until.unwrap_or(next),
                }
                if !turn.limited {
                    sleep_until(least).await;
                }
            }
            if turn.limited {
                self.sit_out(&mut turn, next, watch.as_ref()).await;
            }
        }
    }

    /// Waits until the forge has something new, or something to say that only a whole look shows. If it wants to be left
    /// alone, gives until when.
    async fn changed(&self, turn: &mut Turn) -> Option<Instant> {
        let since = *turn.quiet_since.get_or_insert_with(Instant::now);
        let probed = match &mut turn.forge {
            Some((_, forge)) if turn.failures == 0 => probed(forge.http(), self.setup.probe, since).await,
            _ => pending().await,
        };
        turn.quiet_since = None;
        let limited = probed.err().filter(|fault| matches!(fault, HttpError::Limited { .. }))?;
        let target = turn.target.clone()?;
        Some(Instant::now() + self.told(turn, &target, Err(limited)))
    }

    /// Whoever wants it: the forge does not want to be asked until then, unless it is another one, or somebody else
    /// who asks now. What is known of another branch is not shown meanwhile.
    async fn sit_out(&self, turn: &mut Turn, until: Instant, watch: Option<&Watch>) {
        while timeout_at(until, self.roused(watch, true)).await.is_ok() {
            if self.is_another(turn).await || self.is_elsewhere(turn).await {
                return;
            }
        }
    }

    /// Waits until somebody wants a look, or the head may have moved: another branch, or another commit.
    async fn roused(&self, watch: Option<&Watch>, head_alone: bool) {
        tokio::select! {
            () = self.wanted.notified() => {}
            () = head_changed(watch, head_alone) => {}
        }
    }

    /// Where the head is, watched.
    async fn watch_head(&self) -> Option<Watch> {
        let place = RepoLocation::of(&self.folder).await.ok()??;
        let watch = Watch::new().ok()?;
        watch.follow([&place.git_dir, &place.common_dir]).ok()?;
        Some(watch)
    }

    /// One look; gives the time until the next.
    async fn look(&self, turn: &mut Turn) -> Duration {
        turn.limited = false;
        let target = match BranchTarget::of(&self.folder, &self.setup.forges).await {
            Ok(target) => target,
            Err(nowhere) => {
                if !matches!(nowhere, Nowhere::Git(_)) {
                    // What is known is of another branch.
                    (turn.target, turn.stale, turn.failures) = (None, None, 0);
                    self.shown.send_modify(|shown| {
                        *shown = Arc::new(Shown { state: shown.state.clone(), ..Shown::default() });
                    });
                }
                self.failed(&nowhere.why(), nowhere.remedy());
                return AGAIN;
            }
        };
        if turn.target.is_some() && !turn.is_at(Some(&target)) {
            // What is known is of another branch.
            self.show(&Known::default(), SourceState::Starting);
            turn.quiet_since = None;
        }
        turn.target = Some(target.clone());
        let asked = self.ask(turn, &target).await;
        self.told(turn, &target, asked)
    }

    async fn ask(&self, turn: &mut Turn, target: &BranchTarget) -> Result<Known, HttpError> {
        if turn.forge.as_ref().is_none_or(|(host, _)| *host != target.forge) {
            turn.forge = Some((target.forge.clone(), self.forge(&target.forge)?));
        }
        let Some((host, forge)) = &mut turn.forge else { return Err(HttpError::Address) };
        forge.http().begin_look();
        // Asked every time: a credential may have been given, or taken back.
        forge.http().sign_in(self.setup.credentials.of(&host.host, host.kind).await);
        match forge.look(target).await {
            // What is open to everyone is still told to whoever is nobody.
            Err(HttpError::Unauthorized) if forge.http().is_signed_in() => {
                forge.http().sign_in(None);
                forge.http().begin_look();
                forge.look(target).await.map_err(|fault| match fault {
                    // It is refused, and what is asked for is not for everyone.
                    HttpError::Forbidden | HttpError::NotFound => HttpError::Unauthorized,
                    other => other,
                })
            }
            asked => asked,
        }
    }

    /// Whether another forge is to be asked by now.
    async fn is_elsewhere(&self, turn: &mut Turn) -> bool {
        let target = BranchTarget::of(&self.folder, &self.setup.forges).await.ok();
        if !turn.is_at(target.as_ref()) {
            self.shown.send_modify(|shown| {
                *shown = Arc::new(Shown { state: shown.state.clone(), ..Shown::default() });
            });
        }
        let elsewhere = target
            .as_ref()
            .is_some_and(|target| turn.forge.as_ref().is_none_or(|(asked, _)| *asked != target.forge));
        turn.target = target;
        elsewhere
    }

    /// Whether another credential signs in than did the last time.
    async fn is_another(&self, turn: &mut Turn) -> bool {
        let Some((host, forge)) = &mut turn.forge else { return false };
        !forge.http().is_signed_in_by(self.setup.credentials.of(&host.host, host.kind).await.as_ref())
    }

    fn forge(&self, host: &ForgeHost) -> Result<Box<dyn ForgeApi>, HttpError> {
        let (dial, patience) = (self.setup.dial.clone(), self.setup.patience);
        let http = |accept| Http::new(dial, &host.api, accept, patience);
        Ok(match host.kind {
            ForgeKind::GitHub => Box::new(GitHub::new(http("application/vnd.github+json")?, &host.api)),
            ForgeKind::GitLab => Box::new(GitLab::new(http("application/json")?)),
        })
    }

    /// Shows what a look brought, and gives the time until the next.
    fn told(&self, turn: &mut Turn, target: &BranchTarget, asked: Result<Known, HttpError>) -> Duration {
        let host = &target.forge.host;
        turn.limited = matches!(asked, Err(HttpError::Limited { .. }));
        let signed_in = turn.forge.as_mut().is_some_and(|(_, forge)| forge.http().is_signed_in());
        let fault = match asked {
            Ok(known) => {
                (turn.stale, turn.failures) = (None, 0);
                let remedy = (!signed_in).then(|| Remedy::SignIn { host: host.clone() });
                self.shown.send_replace(Arc::new(Shown::of(&known, SourceState::Fresh, remedy)));
                turn.seldom = target.forge.kind == ForgeKind::GitHub && !signed_in;
                return self.setup.every * if turn.seldom { SELDOM } else { 1 };
            }
            Err(fault) => fault,
        };
        tracing::debug!(host, %fault, "forge");
        turn.failures += 1;
        let since = *turn.stale.get_or_insert_with(clock::now);
        let first = FIRST_RETRY.min(self.setup.every);
        let back_off = (first * 2_u32.saturating_pow(turn.failures.min(10) - 1)).min(LAST_RETRY);
        let sign_in = Some(Remedy::SignIn { host: host.clone() });
        match fault {
            HttpError::Limited { until } => {
                match signed_in {
                    true => self.state(SourceState::Stale { since }),
                    false => self.failed(&format!("{host} answers more often to who signs in"), sign_in),
                }
                return until.duration_since(SystemTime::now()).unwrap_or_default().max(LEAST);
            }
            HttpError::Offline | HttpError::Malformed if self.has_shown() => {
                self.state(SourceState::Stale { since })
            }
            HttpError::Offline => self.failed(&format!("{host} cannot be reached"), Some(Remedy::Retry)),
            HttpError::Malformed => {
                self.failed(&format!("{host} says what is not understood"), Some(Remedy::Retry))
            }
            HttpError::Unauthorized => {
                self.failed(&format!("{host} does not accept the credential"), sign_in)
            }
            HttpError::NotFound | HttpError::Forbidden if signed_in => {
                self.failed(&format!("{host} does not show this repository to you"), sign_in);
            }
            HttpError::NotFound | HttpError::Forbidden => {
                self.failed(
                    &format!("{host} shows this repository only to people who are signed in"),
                    sign_in,
                );
            }
            HttpError::Address => self.failed("the forge's address cannot be used", Some(Remedy::Configure)),
        }
        back_off
    }

    fn has_shown(&self) -> bool {
        let shown = self.shown.borrow();
        !shown.review.is_empty()
            || !shown.issue.is_empty()
            || matches!(shown.state, SourceState::Fresh | SourceState::Stale { .. })
    }

    fn failed(&self, why: &str, remedy: Option<Remedy>) {
        self.shown.send_modify(|shown| {
            let since = match &shown.state {
                SourceState::Failed { since, .. } => *since,
                _ => clock::now(),
            };
            let state = SourceState::Failed { since, why: why.to_owned(), remedy };
            *shown = Arc::new(shown.with(state));
        });
    }

    fn state(&self, state: SourceState) {
        self.shown.send_modify(|shown| *shown = Arc::new(shown.with(state)));
    }

    fn show(&self, known: &Known, state: SourceState) {
        self.shown.send_replace(Arc::new(Shown::of(known, state, None)));
    }
}

/// Probes until something has changed. Nobody but who is signed in does: only they are answered at no cost that nothing did.
async fn probed(http: &mut Http, every: Duration, quiet_since: Instant) -> Result<(), HttpError> {
    if !http.is_signed_in() || !http.has_probes() {
        return pending().await;
    }
    let mut before = None;
    loop {
        sleep(pause(every, quiet_since.elapsed(), before, http.allowance())).await;
        before = http.allowance();
        if http.probe().await? {
            return Ok(());
        }
    }
}

/// Waits until the head may have moved, or with `alone` nothing else; forever, where it is not watched.
async fn head_changed(watch: Option<&Watch>, alone: bool) {
    let Some(watch) = watch else { return pending().await };
    loop {
        let changed = watch.changed().await;
        let others = ["FETCH_HEAD", "config", "packed-refs", "ORIG_HEAD"];
        let moved = |name: &str| name == "HEAD" || (!alone && others.contains(&name));
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| moved(&name.to_string_lossy()));
        if changed.lost || changed.paths.iter().any(named) {
            return;
        }
    }
}
