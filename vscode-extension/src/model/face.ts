// What the native module says and is told: the engine's face, as plain objects.

export type Role = 'viewer' | 'writer' | 'co-owner';
export type Admission = 'open' | 'ask';
export type EndReason =
    | 'stopped' | 'shell_exited' | 'expired' | 'relay_gone' | 'host_gone' | 'removed' | 'left';
export type InputRefusal = 'read_only' | 'host_away' | 'stale' | 'no_terminal';

/** In cells. */
export interface Size { cols: number; rows: number }

export type Connection =
    | { state: 'connecting' }
    | { state: 'connected' }
    | { state: 'away'; retry_in: number; reason: string };

export interface GuestInfo { slot: number; name: string; program: string; role: Role; present: boolean }

export interface InviteTerms { role: Role; admission: Admission; expires_in?: number | null; max_uses?: number | null }

export interface Invite {
    id: string | number;
    code: string;
    token: string;
    terms: InviteTerms;
    uses: number;
    web_link: string;
    editor_link: string;
}

export type RelayChoice =
    | { at: 'url'; url: string }
    | { at: 'embedded'; address: string; port: number };

export type StartFrom = { from: 'start' } | { from: 'now' } | { from: 'block'; block: number };

export interface BlockInfo {
    block: number;
    command: string | null;
    cwd: string | null;
    exit_code: number | null;
    started: number;
    duration: number | null;
}

export interface TerminalStatus {
    terminal: number;
    title: string;
    cwd: string | null;
    size: Size;
    session: number | null;
    blocks: BlockInfo[];
}

export interface KnockInfo { knock: string | number; name: string; invite: string | number }

export interface SessionStatus {
    session: number;
    code: string | null;
    relay: string;
    connection: Connection;
    expires_in: number | null;
    terminals: number[];
    guests: GuestInfo[];
    knocks: KnockInfo[];
    invites: Invite[];
}

export interface Status { pid: number; terminals: TerminalStatus[]; sessions: SessionStatus[] }

export type HostCommand =
    | { type: 'open_terminal'; command?: string[]; cwd?: string; env?: Record<string, string>; size: Size; title?: string; session?: number }
    | { type: 'attach'; terminal: number; window: number; scrollback: boolean }
    | { type: 'detach' | 'close_terminal'; terminal: number }
    | { type: 'credit'; terminal: number; bytes: number }
    | { type: 'resize'; terminal: number; size: Size }
    | { type: 'looking'; terminal: number | null }
    | ({ type: 'share' } & ShareFrom)
    | ({ type: 'add_terminal'; session: number; terminal: number } & StartFrom)
    | { type: 'withdraw_terminal'; session: number; terminal: number }
    | { type: 'stop'; session: number }
    | { type: 'stop_all' | 'status' | 'shutdown' }
    | { type: 'create_invite'; session: number; terms: InviteTerms }
    | { type: 'revoke_invite'; session: number; invite: string | number }
    | { type: 'admit' | 'deny'; session: number; knock: string | number }
    | { type: 'set_role'; session: number; slot: number; role: Role }
    | { type: 'decline' | 'remove'; session: number; slot: number }
    | { type: 'chat'; session: number; text: string };

export type Reply =
    | { reply: 'done' }
    | { reply: 'terminal'; terminal: number }
    | { reply: 'session'; session: number; relay: string; invite: Invite }
    | ({ reply: 'invite' } & Invite)
    | ({ reply: 'status' } & Status)
    | { reply: 'screen'; picture: string };

export type SessionEvent =
    | { what: 'opened'; code: string; expires_in: number }
    | ({ what: 'connection' } & Connection)
    | ({ what: 'knocked' } & KnockInfo)
    | { what: 'knock_gone'; knock: string | number }
    | { what: 'knock_failed'; why: string }
    | { what: 'joined'; guest: GuestInfo; words: string[]; invite: string | number }
    | { what: 'presence'; slot: number; present: boolean }
    | { what: 'left'; slot: number; name: string; reason: EndReason }
    | { what: 'role_changed'; slot: number; role: Role; by: number }
    | { what: 'control_asked'; slot: number }
    | { what: 'input_refused'; slot: number; terminal: number; why: InputRefusal }
    | { what: 'typing'; slot: number; terminal: number; on: boolean }
    | { what: 'chat'; slot: number; text: string; at: number }
    | { what: 'skimming'; terminal: number; on: boolean }
    | { what: 'invite_created'; invite: string | number; by: number }
    | { what: 'invite_ended'; invite: string | number }
    | { what: 'ended'; reason: EndReason };

export type HostEvent =
    | { type: 'output'; terminal: number; bytes: Uint8Array }
    | { type: 'picture'; terminal: number; size: Size }
    | ({ type: 'terminal_opened' } & TerminalStatus)
    | { type: 'terminal_closed'; terminal: number; exit_code: number | null }
    | { type: 'resized'; terminal: number; size: Size }
    | { type: 'titled'; terminal: number; title: string }
    | { type: 'cwd'; terminal: number; cwd: string }
    | ({ type: 'block'; terminal: number } & BlockInfo)
    | { type: 'session'; session: number; event: SessionEvent }
    | { type: 'closing' | 'gone' };

/** How a session is shared. */
export type ShareFrom = { name: string; terminals: number[]; relay: RelayChoice; invite: InviteTerms } & StartFrom;

/** What went wrong, as every rejection of the native module carries it. */
export interface Failure { kind: string; message: string; hint?: string }

export interface TerminalCard { stream: number; title: string; cols: number; rows: number; ended?: { code: number | null } }

export type GuestCommand =
    | { type: 'ask_control' | 'leave' }
    | { type: 'chat'; text: string }
    | { type: 'set_role'; slot: number; role: Role }
    | { type: 'remove'; slot: number };

export type GuestEvent =
    | { type: 'output'; stream: number; bytes: Uint8Array }
    | { type: 'picture'; stream: number; scrollback: boolean }
    | { type: 'resize'; stream: number; size: Size }
    | ({ type: 'connection' } & Connection)
    | { type: 'waiting'; host_present: boolean }
    | { type: 'joined'; slot: number; words: string[] }
    | { type: 'roster'; host: string; guests: GuestInfo[] }
    | { type: 'terminals'; terminals: TerminalCard[] }
    | { type: 'looking'; stream: number | null }
    | { type: 'role_changed'; role: Role }
    | { type: 'asking'; slot: number; on: boolean }
    | { type: 'declined' | 'gap' }
    | { type: 'input_refused'; stream: number; why: InputRefusal }
    | { type: 'not_allowed'; what: string }
    | { type: 'typing'; slot: number; stream: number; on: boolean }
    | { type: 'chat'; slot: number; text: string; at: number }
    | { type: 'host_present'; present: boolean }
    | { type: 'lag'; lag: 'live' | 'delayed' | 'stalled' }
    | ({ type: 'failed' } & Failure)
    | { type: 'ended'; reason: EndReason; by_host: boolean }
    | { type: 'gone' };

/** A face of the holder. */
export interface Host {
    ask(command: HostCommand): Promise<Reply>;
    input(terminal: number, bytes: Uint8Array): void;
    credit(terminal: number, bytes: number): void;
    close(): Promise<void>;
}

/** One seat at somebody else's session. */
export interface Guest {
    ask(command: GuestCommand): Promise<void>;
    input(stream: number, bytes: Uint8Array): void;
    credit(bytes: number): void;
    close(): Promise<void>;
}

export interface JoinOptions { relay: string; code: string; token: string; name: string; program: string; proxy?: string }

/** The native module. */
export interface Native {
    host(options: { program: string; log?: string }, on: (batch: HostEvent[]) => void): Promise<Host>;
    join(options: JoinOptions, on: (batch: GuestEvent[]) => void): Promise<Guest>;
    readLink(link: string): { relay: string; code: string; token: string };
    version(): string;
}
