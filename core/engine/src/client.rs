//! A client's end of the queues to its engine, in this process or through the local socket.

use jumpseat_api::{ApiError, GuestCommand, GuestEvent, HostCommand, HostEvent, Reply};
use tokio::sync::{mpsc, oneshot};

/// Commands that wait for the engine; each is small, or at most 64 KiB of keys.
pub(crate) const COMMANDS: usize = 64;

/// A command on its way to the engine, with the place for its answer.
pub(crate) struct Request<C> {
    pub(crate) command: C,
    pub(crate) answer: oneshot::Sender<Result<Reply, ApiError>>,
}

/// A client: commands in, events out. Dropping it detaches what it attached; the engine runs on.
pub struct Client<C, E> {
    pub(crate) commands: mpsc::Sender<Request<C>>,
    pub(crate) events: mpsc::Receiver<E>,
}

/// A client of an engine that hosts.
pub type HostClient = Client<HostCommand, HostEvent>;

/// The client of one seat.
pub type GuestClient = Client<GuestCommand, GuestEvent>;

/// The commanding half of a [`Client`], for any number of tasks.
pub struct Commands<C>(mpsc::Sender<Request<C>>);

impl<C> Clone for Commands<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C> Commands<C> {
    /// Sends a command and waits for its answer.
    ///
    /// # Errors
    /// What the engine says against it, or [`ApiErrorKind::Gone`](crate::api::ApiErrorKind::Gone) when there is no engine any more.
    pub async fn ask(&self, command: C) -> Result<Reply, ApiError> {
        self.begin(command).await?.await
    }

    /// Sends a command; its answer can be waited for elsewhere. The engine takes commands in the order in which
    /// they were sent.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), when there is no engine any more.
    pub async fn begin(
        &self,
        command: C,
    ) -> Result<impl Future<Output = Result<Reply, ApiError>> + Send + use<C>, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Request { command, answer }).await.map_err(|_| ApiError::gone())?;
        Ok(async move { answered.await.map_err(|_| ApiError::gone())? })
    }

    /// Sends a command and lets its answer go: for keys, credit, sizes. Waits while the engine is busy with
    /// earlier ones.
    ///
    /// # Errors
    /// [`ApiErrorKind::Gone`](crate::api::ApiErrorKind::Gone) when there is no engine any more.
    pub async fn tell(&self, command: C) -> Result<(), ApiError> {
        let (answer, _) = oneshot::channel();
        self.0.send(Request { command, answer }).await.map_err(|_| ApiError::gone())
    }

    /// [`tell`](Self::tell) for code that cannot wait.
    ///
    /// # Errors
    /// The command itself when the queue is full or the engine is gone.
    pub fn try_tell(&self, command: C) -> Result<(), C> {
        let (answer, _) = oneshot::channel();
        self.0.try_send(Request { command, answer }).map_err(|error| error.into_inner().command)
    }
}

impl<C> Commands<C> {
    /// [`begin`](Self::begin) for code that cannot wait.
    ///
    /// # Errors
    /// The command itself when the queue is full or the engine is gone.
    pub fn try_begin(
        &self,
        command: C,
    ) -> Result<impl Future<Output = Result<Reply, ApiError>> + Send + use<C>, C> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Request { command, answer }).map_err(|error| error.into_inner().command)?;
        Ok(async move { answered.await.map_err(|_| ApiError::gone())? })
    }

    /// Waits until the queue takes a command. Cancel-safe.
    ///
    /// # Errors
    /// [`ApiErrorKind::Gone`](crate::api::ApiErrorKind::Gone) when there is no engine any more.
    pub async fn room(&self) -> Result<(), ApiError> {
        self.0.reserve().await.map(drop).map_err(|_| ApiError::gone())
    }
}

impl<C, E> Client<C, E> {
    /// The commanding half, to keep elsewhere.
    pub fn commands(&self) -> Commands<C> {
        Commands(self.commands.clone())
    }

    /// [`Commands::ask`].
    ///
    /// # Errors
    /// As there.
    pub async fn ask(&self, command: C) -> Result<Reply, ApiError> {
        self.commands().ask(command).await
    }

    /// [`Commands::tell`].
    ///
    /// # Errors
    /// As there.
    pub async fn tell(&self, command: C) -> Result<(), ApiError> {
        self.commands().tell(command).await
    }

    /// The next event; nothing once the engine is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<E> {
        self.events.recv().await
    }

    /// An event that is there already.
    pub fn try_next(&mut self) -> Option<E> {
        self.events.try_recv().ok()
    }
}
