// What happened, in plain words, with the action that helps.
import type { EndReason, Failure, InputRefusal, Role } from './face';

export function ended(reason: EndReason): string {
    const why: Record<EndReason, string> = {
        stopped: 'the host stopped sharing',
        shell_exited: 'its program ended',
        expired: 'its 24 hours were over',
        relay_gone: 'the relay was gone for too long',
        host_gone: 'the host was away for too long',
        removed: 'the host removed you',
        left: 'you left',
    };
    return `Session ended: ${why[reason] ?? 'it is over'}.`;
}

export function refused(why: InputRefusal): string {
    switch (why) {
        case 'read_only': return 'Read-only: ask for control to type.';
        case 'host_away': return 'Not typed: the host is not looking at this terminal.';
        case 'stale': return 'Not typed: your picture was too far behind.';
        case 'no_terminal': return 'Not typed: this terminal has ended.';
    }
}

export function role(of: Role): string {
    return { viewer: 'read-only', writer: 'can type', 'co-owner': 'co-owner' }[of];
}

/** What a button beside a failure does. */
export type Remedy = 'settings' | 'again' | 'log' | 'install';

export interface Told { text: string; button: string | undefined; remedy: Remedy | undefined }

export function failure(of: Failure): Told {
    const text = [of.message, of.hint].filter(Boolean).map((part) => sentence(part ?? '')).join(' ');
    const remedies: Record<string, [string, Remedy]> = {
        unreachable: ['Open Settings', 'settings'],
        address: ['Open Settings', 'settings'],
        proxy: ['Open Settings', 'settings'],
        certificate: ['Open Settings', 'settings'],
        no_session: ['Try Again', 'again'],
        invite: ['Try Again', 'again'],
        full: ['Try Again', 'again'],
        native: ['Show Extension', 'install'],
    };
    const [button, remedy] = remedies[of.kind] ?? ['Show Log', 'log' as const];
    return { text, button, remedy };
}

function sentence(text: string): string {
    const start = text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(start) ? start : `${start}.`;
}
