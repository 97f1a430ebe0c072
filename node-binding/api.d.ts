/** How the holder is reached, or started. */
export interface HostOptions {
  /** The `jumpseat` binary: `program hold` is started when nothing holds sessions yet. */
  program: string;
  /** Arguments of the holder; `["hold"]` if left out. `--ca-file FILE` names authorities of one's own. */
  arguments?: string[];
  /** Variables in addition to this process's own for a holder that is started: `ALL_PROXY` and its like, out of sight of others. */
  env?: Record<string, string>;
  /** A file to which the holder's errors are appended. */
  log?: string;
}

/** Where and as whom to join. */
export interface JoinOptions {
  /** `wss://HOST[:PORT][/PATH]`, or `ws://` to a loopback or private address. */
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
  /** A PEM file with authorities that are trusted in addition to the system's. */
  caFile?: string;
  /** Whether the system's authorities are trusted; without them only the file's are. True if left out. */
  systemAuthorities?: boolean;
  /** A proxy for all addresses but loopback ones, in place of the environment's; `""` is none. */
  proxy?: string;
  /**
   * 64 hexadecimal digits, random, for this seat alone: who joins again with them takes the seat that it had, and is not
   * taken for somebody else who found the invite.
   */
  key?: string;
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
export class JumpseatError extends Error {
  /** `bug` is a mistake of ours that was caught; `native` a module that is missing or does not fit. */
  kind: ApiErrorKind | "bug" | "native";
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

/**
 * What draws a window that was opened: bytes for a real terminal, in which nothing reaches into the guest's machine. Credit
 * them once they are shown.
 */
export interface GuestOutput {
  type: "output";
  terminal: TerminalNo;
  bytes: Buffer;
}

/** A panel changed, or is here for the first time: `Guest.panels` has it. */
export interface GuestPanel {
  type: "panel";
  panel: PanelKind;
}

/** What `join` tells. `gone` is the last one, unless `close` was called. */
export type GuestUpdate =
  | Exclude<GuestEvent, { type: "panel" }>
  | GuestPanel
  | GuestOutput
  | { type: "resize"; terminal: TerminalNo; size: Size }
  | { type: "gone" };

/** Speaks to the holder, which is started when there is none. */
export function host(options: HostOptions, on: (batch: HostUpdate[]) => void): Promise<Host>;

/** Takes a seat. It resolves at once: `joined`, `failed` or `ended` tells what came of it. */
export function join(options: JoinOptions, on: (batch: GuestUpdate[]) => void): Promise<Guest>;

/** A panel that a host looked at, as its guests see it. */
export function seen(update: PanelUpdate): Panels;

/** How every panel stands for its host, those that are shared and the others, in the order in which they are shown. */
export function offers(shared: PanelStatus[]): Offer[];

/** Reads either form of link. Throws what is wrong with it, without repeating it. */
export function readLink(link: string): InviteLink;

/** The version of the native module: the extension's own, or they do not belong together. */
export function version(): string;

/** A client of the holder. Sessions and terminals live on without it. */
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

/** Which rows are asked for. */
export interface AskedRows {
  panel: PanelKind;
  /** Whose session it is, as it is called here. */
  host: string;
  /** Findings by the rule that they are against; by file if left out. */
  byRule?: boolean;
  /** Commands by their terminal, where there are several; all together if left out. */
  byTerminal?: boolean;
}

/** How a panel stands as a whole. */
export interface PanelHead {
  state: SourceState;
  /** When it last changed here, in milliseconds since 1970. */
  changed: number;
  /** Why it may not be the newest. */
  trouble?: Span[];
  /** What there is no room for. */
  leftOut?: string;
  /** How much of it waits for somebody, and what that is. */
  badge?: [number, string];
}

/** The panels of a session, as they are now. All of it is text of others: what shows it makes it harmless. */
export class Panels {
  /** What stands in a panel; nothing of one that is not here. */
  rows(asked: AskedRows): Row[];
  head(asked: Pick<AskedRows, "panel" | "host">): PanelHead | undefined;
  /** What a read-only document shows; nothing if its place does not stand in a panel that is shared. */
  source(place: Place): Source | undefined;
  /** How a version of a file is marked in lists and tabs. */
  mark(file: FileAt): Mark | undefined;
  /** The threads of the review, at the lines of files that are shared. */
  threads(): ThreadAt[];
  /** The findings, each in the document that it is shown in. */
  problems(): Problem[];
  /** The lines of the log that were not taken yet: each once, and once more when what it tells has ended. */
  lines(): LogLine[];
}

/** A seat at somebody else's session. */
export class Guest {
  /** What the host shares next to its terminals. */
  readonly panels: Panels;
  ask(command: GuestCommand): Promise<Reply>;
  /** Keys; a terminal's own answers among them are taken out. Throws when more than 4 MiB wait. */
  input(terminal: TerminalNo, bytes: Uint8Array): void;
  /** Says that so many bytes of output, of whichever terminals, have been shown. */
  credit(bytes: number): void;
  /** Gives the seat up and waits until the host could hear of it; no batch comes after it is called. */
  close(): Promise<void>;
}
