// Made by `cargo xtask native` from api.d.ts and core/engine/src/face. Do not edit.

/** How the holder is reached, or started. */
export interface HostOptions {
  /** The `jumpseat` binary: `program hold` is started when nothing holds sessions yet. */
  program: string;
  /** Arguments of the holder; `["hold"]` if left out. `--ca-file FILE` names authorities of one's own. */
  arguments?: string[];
  /** A file to which the holder's errors are appended. */
  log?: string;
  /** The private folder of sockets; the person's own if left out. */
  runtimeFolder?: string;
}

/** Where and as whom to join. */
export interface JoinOptions {
  /** `wss://HOST[:PORT]`, or `ws://` to a loopback or private address. */
  relay: string;
  /** `XXXX-XXXX`, in any case, with or without the hyphen. */
  code: string;
  /** `jst1_…` */
  token: string;
  /** The name to be shown under. */
  name: string;
  /** The program and its version, for the host's list: `VS Code 1.100`. */
  program: string;
  /** Bytes of output that may be under way before `credit` is given; 1 MiB if left out. */
  window?: number;
  /** A PEM file with authorities that are trusted beside the system's. */
  caFile?: string;
  /** A proxy for all addresses but loopback ones, in place of the environment's; `""` is none. */
  proxy?: string;
  /** Hides the timing of keys from the relay, at up to 20 ms a key. True if left out. */
  hideKeyTiming?: boolean;
}

/** What an invite's link says. */
export interface InviteLink {
  relay: string;
  code: string;
  token: string;
}

/** Every rejection and every throw of this package. */
export interface JumpseatError extends Error {
  /** `bug` is a mistake of ours that was caught; `native` a module that is missing or does not fit. */
  kind: FailureKind | "bug" | "native";
  /** What helps, if anything does. */
  hint?: string;
}

/** Output of a terminal of one's own, as its program printed it: credit it once it is shown. */
export interface HostOutput {
  type: "output";
  terminal: TerminalNo;
  bytes: Buffer;
}

/** What `host` tells. `gone` is the last one, unless `close` was called. */
export type HostUpdate = HostEvent | HostOutput | { type: "gone" };

/** Bytes for a real terminal: nothing in them reaches into the guest's machine. Credit them once they are shown. */
export interface GuestOutput {
  type: "output";
  stream: number;
  bytes: Buffer;
}

/**
 * The next output draws this terminal anew, and clears it first by itself. Without scrollback it is a glimpse during a
 * flood, and a whole picture follows.
 */
export interface GuestPicture {
  type: "picture";
  stream: number;
  scrollback: boolean;
}

/** What `join` tells. `gone` is the last one, unless `close` was called. */
export type GuestUpdate =
  | GuestEvent
  | GuestOutput
  | GuestPicture
  | { type: "resize"; stream: number; size: Size }
  | { type: "gone" };

/** Speaks to the holder, which is started when there is none. */
export function host(options: HostOptions, on: (batch: HostUpdate[]) => void): Promise<Host>;

/** Takes a seat. It resolves at once: `joined`, `failed` or `ended` tells what came of it. */
export function join(options: JoinOptions, on: (batch: GuestUpdate[]) => void): Promise<Guest>;

/** Reads either form of link. Throws what is wrong with it, without repeating it. */
export function readLink(link: string): InviteLink;

/** The version of the native module: the extension's own, or they do not belong together. */
export function version(): string;

/** A face of the holder. Sessions and terminals live on without it. */
export class Host {
  /** Asks; keys, credit and questions arrive in the order in which they were given. */
  ask(command: HostCommand): Promise<Reply>;
  /** Keys of the host's own person. Throws when more than 4 MiB wait. */
  input(terminal: TerminalNo, bytes: Uint8Array): void;
  /** Says that so many bytes of output have been shown. */
  credit(terminal: TerminalNo, bytes: number): void;
  /** Lets go; no batch comes after it is called. */
  close(): Promise<void>;
}

/** A seat at somebody else's session. */
export class Guest {
  ask(command: GuestCommand): Promise<void>;
  /** Keys; a terminal's own answers among them are taken out. Throws when more than 4 MiB wait. */
  input(stream: number, bytes: Uint8Array): void;
  /** Says that so many bytes of output, of whichever terminals, have been shown. */
  credit(bytes: number): void;
  /** Gives the seat up and waits until the host could hear of it; no batch comes after it is called. */
  close(): Promise<void>;
}

/** Whether a knock waits for the host's yes. */
export type Admission = "ask" | "open";

/** A command and what came of it. */
export type BlockInfo = {
  /** Its number in its terminal. */
  block: number,
  /** The command line, if the shell told it. */
  command: string | null,
  /** Where it ran. */
  cwd: string | null,
  /** How it ended, if it has. */
  exit_code: number | null,
  /** When it began, in milliseconds since 1970. */
  started: number,
  /** How long it took, in milliseconds, if it has ended. */
  duration: number | null, };

/** The state of an end's line to the relay. */
export type Connection = { "state": "connecting" } | { "state": "connected" } | { "state": "away",
  /** Milliseconds until the next try. */
  retry_in: number,
  /** Why, in words. */
  reason: string, };

/** Why a session ended. */
export type EndReason = "stopped" | "shell_exited" | "expired" | "relay_gone" | "host_gone" | "removed" | "left";

/** How a terminal's program ended. */
export type Exit = {
  /** Its exit code; none if a signal ended it. */
  code: number | null, };

/** Why a command failed, for a person. */
export type Failure = {
  /** What kind of failure it is: what a program goes by. */
  kind: FailureKind,
  /** What happened, in a sentence without a full stop. */
  message: string,
  /** What helps, if anything does. */
  hint?: string, };

/** Kinds of failure. */
export type FailureKind = "gone" | "not_found" | "misused" | "program" | "address" | "unreachable" | "certificate" | "proxy" | "protocol" | "refused" | "no_session" | "invite" | "full" | "local" | "system";

/** What a face asks of its seat. */
export type GuestCommand = { "type": "credit",
  /** How many more. */
  bytes: number, } | { "type": "ask_control" } | { "type": "chat",
  /** What. */
  text: string, } | { "type": "point",
  /** At what; nothing takes it back. */
  at: GuestPointAt | null, } | { "type": "set_role",
  /** Whose. */
  slot: number,
  /** What. */
  role: Role, } | { "type": "remove",
  /** Whom. */
  slot: number, } | { "type": "create_invite",
  /** The role on arrival: below co-owner. */
  role: Role,
  /** How often it can be used. */
  max_uses: number | null,
  /** Whether the host is asked about each knock. */
  admission: Admission, } | { "type": "leave" };

/** What a seat tells its face. */
export type GuestEvent = { "type": "connection" } & Connection | { "type": "waiting",
  /** Whether the host is connected. */
  host_present: boolean, } | { "type": "joined",
  /** Its slot. */
  slot: number,
  /** The safety words that both sides see. */
  words: Array<string>, } | { "type": "roster",
  /** The host's name. */
  host: string,
  /** Every guest, this one included. */
  guests: Array<GuestInfo>, } | { "type": "terminals",
  /** All of them. */
  terminals: Array<TerminalCard>, } | { "type": "looking",
  /** Which, if any. */
  stream: number | null, } | { "type": "role_changed",
  /** What. */
  role: Role, } | { "type": "asking",
  /** Who. */
  slot: number,
  /** Whether the question is open. */
  on: boolean, } | { "type": "declined" } | { "type": "input_refused",
  /** At which terminal. */
  stream: number,
  /** Why. */
  why: InputRefusal, } | { "type": "not_allowed",
  /** What. */
  what: string, } | { "type": "typing",
  /** Who; 0 is the host. */
  slot: number,
  /** In which terminal. */
  stream: number,
  /** Whether they (still) do. */
  on: boolean, } | { "type": "chat",
  /** Who; 0 is the host. */
  slot: number,
  /** What: sanitized. */
  text: string,
  /** When, in milliseconds since 1970, by the host's clock. */
  at: number, } | { "type": "pointing",
  /** Who; 0 is the host. */
  slot: number,
  /** At what. */
  at: GuestPointAt | null, } | { "type": "invited",
  /** Where the session is found. */
  code: InviteCode,
  /** What lets a guest knock. */
  token: Secret,
  /** The role it gives. */
  role: Role, } | { "type": "host_present",
  /** Whether it is connected. */
  present: boolean, } | { "type": "gap" } | { "type": "lag",
  /** How it is to be called. */
  lag: Lag, } | { "type": "failed" } & Failure | { "type": "ended",
  /** Why. */
  reason: EndReason,
  /** Whether the host said so under its key, or only the relay. */
  by_host: boolean, };

/** A seated guest. */
export type GuestInfo = {
  /** Its slot, which names it in commands. */
  slot: number,
  /** The name it gave itself: sanitized, unverified. */
  name: string,
  /** The program that it joins with, and its version. */
  program: string,
  /** What it may do. */
  role: Role,
  /** Whether it is connected right now. */
  present: boolean, };

/** Lines of a terminal, counted from the first that the session shares. */
export type GuestPointAt = {
  /** The terminal. */
  stream: number,
  /** The first line. */
  from: number,
  /** The last line. */
  to: number, };

/** What a face asks of an engine that hosts. Every command is answered by a [`Reply`] or a failure. */
export type HostCommand = { "type": "open_terminal" } & TerminalOptions | { "type": "attach",
  /** Which. */
  terminal: TerminalNo,
  /** Bytes that may be under way to this face before it gives [`Credit`](Self::Credit). The terminal's
   * program waits for the face, as it would for any terminal. */
  window: number,
  /** Whether the picture brings its scrollback. */
  scrollback: boolean, } | { "type": "detach",
  /** Which. */
  terminal: TerminalNo, } | { "type": "credit",
  /** Which. */
  terminal: TerminalNo,
  /** How many more. */
  bytes: number, } | { "type": "resize",
  /** Which. */
  terminal: TerminalNo,
  /** To what. */
  size: Size, } | { "type": "looking",
  /** Which, if any. */
  terminal: TerminalNo | null, } | { "type": "close_terminal",
  /** Which. */
  terminal: TerminalNo, } | { "type": "screen",
  /** Which. */
  terminal: TerminalNo,
  /** In what form. */
  format: ScreenFormat, } | { "type": "share" } & ShareOptions | { "type": "add_terminal",
  /** The session. */
  session: SessionNo,
  /** The terminal. */
  terminal: TerminalNo, } & ({ "from": "start" } | { "from": "now" } | { "from": "block",
    /** The block's number. */
    block: number, }) | { "type": "withdraw_terminal",
  /** The session. */
  session: SessionNo,
  /** The terminal. */
  terminal: TerminalNo, } | { "type": "stop",
  /** Which. */
  session: SessionNo, } | { "type": "stop_all" } | { "type": "create_invite",
  /** For which session. */
  session: SessionNo,
  /** What it grants. */
  terms: InviteTerms, } | { "type": "revoke_invite",
  /** Of which session. */
  session: SessionNo,
  /** Which. */
  invite: InviteId, } | { "type": "admit",
  /** At which session. */
  session: SessionNo,
  /** The knock. */
  knock: number, } | { "type": "deny",
  /** At which session. */
  session: SessionNo,
  /** The knock. */
  knock: number, } | { "type": "set_role",
  /** In which session. */
  session: SessionNo,
  /** Whose. */
  slot: number,
  /** What it may do from now on. */
  role: Role, } | { "type": "decline",
  /** In which session. */
  session: SessionNo,
  /** Whose. */
  slot: number, } | { "type": "remove",
  /** From which session. */
  session: SessionNo,
  /** Whom. */
  slot: number, } | { "type": "chat",
  /** In which session. */
  session: SessionNo,
  /** What. */
  text: string, } | { "type": "point",
  /** In which session. */
  session: SessionNo,
  /** At what; nothing takes it back. */
  at: PointAt | null, } | { "type": "status" } | { "type": "shutdown" };

/** What an engine that hosts tells its faces. Every face gets all of them; output only of what it attached. */
export type HostEvent = { "type": "picture",
  /** Which terminal. */
  terminal: TerminalNo,
  /** The size that the picture has. */
  size: Size, } | { "type": "terminal_opened" } & TerminalStatus | { "type": "terminal_closed",
  /** Which. */
  terminal: TerminalNo,
  /** Its exit code; 128 and the number for one that a signal ended; nothing if it is not known. */
  exit_code: number | null, } | { "type": "resized",
  /** Which. */
  terminal: TerminalNo,
  /** To what. */
  size: Size, } | { "type": "titled",
  /** Which. */
  terminal: TerminalNo,
  /** To what: sanitized. */
  title: string, } | { "type": "cwd",
  /** In which terminal. */
  terminal: TerminalNo,
  /** Where. */
  cwd: string, } | { "type": "block",
  /** In which terminal. */
  terminal: TerminalNo,
  /** Its number in its terminal. */
  block: number,
  /** The command line, if the shell told it. */
  command: string | null,
  /** Where it ran. */
  cwd: string | null,
  /** How it ended, if it has. */
  exit_code: number | null,
  /** When it began, in milliseconds since 1970. */
  started: number,
  /** How long it took, in milliseconds, if it has ended. */
  duration: number | null, } | { "type": "session",
  /** Which. */
  session: SessionNo,
  /** What. */
  event: SessionEvent, } | { "type": "closing" };

/** Why keys were not taken. */
export type InputRefusal = "read_only" | "host_away" | "stale" | "no_terminal";

/** An invite, as its host sees it. */
export type Invite = {
  /** Its name, for revoking. */
  id: InviteId,
  /** The session's code at the relay. */
  code: InviteCode,
  /** `jst1_…`: only ever shown to the host's own person. */
  token: Secret,
  /** What it grants. */
  terms: InviteTerms,
  /** How often it was used. */
  uses: number,
  /** The link that opens the relay's page. */
  web_link: Secret,
  /** The link that opens the editor. */
  editor_link: Secret, };

/** `XXXX-XXXX`: 40 random bits that find a session at the relay. Worthless without a token.
 *
 * Reading is forgiving, as Crockford's base32 asks: case does not matter, `O` reads as `0`, `I` and `L`
 * as `1`, and the dash and blanks may be left out. */
export type InviteCode = string;

/** An invite's name: derived from its token, so that only its holders can name it; public once used. */
export type InviteId = string;

/** What an invite grants. */
export type InviteTerms = {
  /** The role on arrival. */
  role: Role,
  /** Whether the host is asked about each knock. */
  admission?: Admission,
  /** How long it can be used, in seconds; the session's end at the latest. */
  expires_in?: number | null,
  /** How often it can be used. */
  max_uses?: number | null, };

/** Someone who waits at the door. */
export type KnockInfo = {
  /** The knock's number. */
  knock: number,
  /** The name it gives itself: sanitized, unverified. */
  name: string,
  /** The invite it holds. */
  invite: InviteId, };

/** How far a guest's picture is behind. */
export type Lag = "live" | "delayed" | "stalled";

/** Lines of a terminal, counted from the first that the session shares. */
export type PointAt = {
  /** The terminal. */
  terminal: TerminalNo,
  /** The first line. */
  from: number,
  /** The last line. */
  to: number, };

/** Where a session is relayed. */
export type RelayChoice = { "at": "url",
  /** Its address. */
  url: string, } | { "at": "embedded",
  /** The address to listen on: loopback, or one of the machine's own in the LAN. */
  address: string,
  /** The port; 0 takes a free one. */
  port?: number, };

/** The answer to a command. */
export type Reply = { "reply": "done" } | { "reply": "terminal",
  /** Its number. */
  terminal: TerminalNo, } | { "reply": "session",
  /** Its number. */
  session: SessionNo,
  /** The relay's address as guests reach it. */
  relay: string,
  /** The first invite. */
  invite: Invite, } | { "reply": "invite" } & Invite | { "reply": "status" } & Status | { "reply": "screen",
  /** In the form that was asked for. */
  picture: string, };

/** What a guest may do. */
export type Role = "viewer" | "writer" | "co-owner";

/** The form of a picture for scripts. */
export type ScreenFormat = "text" | "json" | "ansi";

/** Text that opens something: shown to its owner on purpose, never by `Debug`, wiped when dropped. */
export type Secret = string;

/** What happens in a session that this engine hosts. */
export type SessionEvent = { "what": "opened",
  /** The code. */
  code: InviteCode,
  /** Seconds until the session ends by itself. */
  expires_in: number, } | { "what": "connection" } & Connection | { "what": "knocked" } & KnockInfo | { "what": "knock_gone",
  /** The knock. */
  knock: number, } | { "what": "knock_failed",
  /** Why, in words. */
  why: string, } | { "what": "joined",
  /** Who. */
  guest: GuestInfo,
  /** The safety words that both sides see. */
  words: Array<string>,
  /** The invite it came by. */
  invite: InviteId, } | { "what": "presence",
  /** Whose. */
  slot: number,
  /** Whether it is connected. */
  present: boolean, } | { "what": "left",
  /** Who. */
  slot: number,
  /** Its name. */
  name: string,
  /** Removed, left, or gone for too long. */
  reason: EndReason, } | { "what": "role_changed",
  /** Whose. */
  slot: number,
  /** What. */
  role: Role,
  /** The co-owner who did it; 0 is the host. */
  by: number, } | { "what": "control_asked",
  /** Who. */
  slot: number, } | { "what": "input_refused",
  /** Whose. */
  slot: number,
  /** At which terminal. */
  terminal: TerminalNo,
  /** Why. */
  why: InputRefusal, } | { "what": "typing",
  /** Who. */
  slot: number,
  /** In which terminal. */
  terminal: TerminalNo,
  /** Whether they (still) do. */
  on: boolean, } | { "what": "chat",
  /** Who; 0 is the host. */
  slot: number,
  /** What: sanitized. */
  text: string,
  /** When, in milliseconds since 1970. */
  at: number, } | { "what": "pointing",
  /** Who. */
  slot: number,
  /** At what. */
  at: PointAt | null, } | { "what": "skimming",
  /** Which. */
  terminal: TerminalNo,
  /** Whether it does (still). */
  on: boolean, } | { "what": "invite_created",
  /** Which. */
  invite: InviteId,
  /** Who; 0 is the host. */
  by: number, } | { "what": "invite_ended",
  /** Which. */
  invite: InviteId, } | { "what": "ended",
  /** Why. */
  reason: EndReason, };

/** A session of one engine: counts from 1, never used twice in a process. */
export type SessionNo = number;

/** A session that is open. */
export type SessionStatus = {
  /** Its number. */
  session: SessionNo,
  /** Its code at the relay. */
  code: InviteCode | null,
  /** The relay's address as guests reach it. */
  relay: string,
  /** The line to the relay. */
  connection: Connection,
  /** Seconds until it ends by itself. */
  expires_in: number | null,
  /** Its terminals. */
  terminals: Array<TerminalNo>,
  /** Who sits in. */
  guests: Array<GuestInfo>,
  /** Who waits at the door. */
  knocks: Array<KnockInfo>,
  /** Its invites that still hold. */
  invites: Array<Invite>, };

/** How a session is shared. */
export type ShareOptions = {
  /** The host's name, as guests see it. */
  name: string,
  /** Its first terminals. None is fine: a terminal that is opened for the session knows its code. */
  terminals?: Array<TerminalNo>,
  /** Where it is relayed. */
  relay: RelayChoice,
  /** Its first invite. */
  invite?: InviteTerms,
  /** How many guests may have a seat; the relay may allow fewer. */
  max_guests?: number | null, } & ({ "from": "start" } | { "from": "now" } | { "from": "block",
    /** The block's number. */
    block: number, });

/** A terminal's size in cells; both at least 1. */
export type Size = {
  /** Columns. */
  cols: number,
  /** Rows. */
  rows: number, };

/** Everything that stands in one engine. */
export type Status = {
  /** The process's id. */
  pid: number,
  /** Its terminals, shared or not. */
  terminals: Array<TerminalStatus>,
  /** Its sessions. */
  sessions: Array<SessionStatus>, };

/** A terminal in the list. */
export type TerminalCard = {
  /** Its stream. */
  stream: number,
  /** Its title. */
  title: string,
  /** Columns of the host's terminal. */
  cols: number,
  /** Rows of the host's terminal. */
  rows: number,
  /** Set once its program has ended. */
  ended?: Exit | null, };

/** A terminal of one engine: counts from 1, never used twice in a process. */
export type TerminalNo = number;

/** How a terminal is opened. */
export type TerminalOptions = {
  /** The program and its arguments; empty is the person's own shell. */
  command?: Array<string>,
  /** Where it starts; nothing is the engine's own working directory. */
  cwd?: string | null,
  /** Variables beyond the engine's own environment. */
  env?: { [key in string]: string },
  /** Its size. */
  size?: Size,
  /** A title until the program sets one. */
  title?: string | null,
  /** The session that it is opened for: its program finds the code in `JUMPSEAT_SESSION`. */
  session?: SessionNo | null,
  /** Whether a known shell is made to mark its commands. */
  shell_integration?: boolean,
  /** Lines kept above the screen. */
  scrollback?: number, };

/** A terminal that is open. */
export type TerminalStatus = {
  /** Its number. */
  terminal: TerminalNo,
  /** Its title. */
  title: string,
  /** The program's working directory, as far as the shell tells. */
  cwd: string | null,
  /** Its size. */
  size: Size,
  /** The session that shows it. */
  session: SessionNo | null,
  /** The newest command blocks, oldest first. */
  blocks: Array<BlockInfo>, };
