// What happened, in plain words, with the action that helps.
import type { EndReason, InputRefusal, Role } from '@jumpseat/native';

import type { Fault } from './client';

/** What a guest reads. */
export function ended(reason: EndReason): string {
    const why: Record<EndReason, string> = {
        stopped: 'the host stopped sharing',
        shell_exited: 'its program ended',
        expired: 'its 24 hours were over',
        relay_gone: 'the relay was gone for too long',
        relay_refused: 'the relay refused the session',
        host_gone: 'the host was away for too long',
        removed: 'the host removed you',
        left: 'you left',
    };
    return `Session ended: ${why[reason] ?? 'it is over'}.`;
}

/** What a host reads, unless it stopped by itself. */
export function hostEnded(reason: EndReason): string | undefined {
    switch (reason) {
        case 'stopped':
        case 'left':
        case 'removed':
            return undefined;
        case 'shell_exited':
            return "Sharing ended with the terminal's program.";
        case 'expired':
            return 'Sharing ended: its 24 hours were over.';
        case 'relay_refused':
            return 'Sharing ended: the relay refused the session. Your terminal goes on.';
        case 'relay_gone':
        case 'host_gone':
            return 'Sharing ended: the relay was gone for too long. Your terminal goes on.';
    }
}

export function refused(why: InputRefusal): string {
    switch (why) {
        case 'read_only':
            return 'Read-only: ask for control to type.';
        case 'host_away':
            return 'Not typed: the host is not looking at this terminal.';
        case 'stale':
            return 'Not typed: your picture was too far behind.';
        case 'behind':
            return 'Not typed: your picture is behind. Wait until it is live.';
        case 'no_terminal':
            return 'Not typed: this terminal has ended.';
    }
}

export function role(of: Role): string {
    return { viewer: 'read-only', writer: 'can type', 'co-owner': 'co-owner' }[of];
}

export function guests(count: number): string {
    return count === 1 ? '1 guest' : `${count} guests`;
}

/** What a button next to a failure does. */
export type Remedy = 'relay' | 'proxy' | 'certificates' | 'again' | 'log' | 'install' | 'update';

export interface Told {
    text: string;
    button: string;
    remedy: Remedy;
}

const REMEDIES: Partial<Record<Fault['kind'], [button: string, remedy: Remedy]>> = {
    address: ['Open Settings', 'relay'],
    unreachable: ['Try Again', 'again'],
    certificate: ['Open Settings', 'certificates'],
    proxy: ['Open Settings', 'proxy'],
    protocol: ['Check for Updates', 'update'],
    no_session: ['Try Again', 'again'],
    invite: ['Try Again', 'again'],
    full: ['Try Again', 'again'],
    refused: ['Try Again', 'again'],
    native: ['Show Extension', 'install'],
};

export function failure(of: Fault): Told {
    const text = [of.message, of.hint]
        .filter(Boolean)
        .map((part) => sentence(part ?? ''))
        .join(' ');
    const [button, remedy] = REMEDIES[of.kind] ?? ['Show Log', 'log' as const];
    return { text, button, remedy };
}

function sentence(text: string): string {
    // Names of hosts and files stay as they are.
    const name = /^(localhost\b|[^\s.:/]*[.:/])/.test(text);
    const start = name ? text : text.charAt(0).toUpperCase() + text.slice(1);
    return /[.!?]$/.test(start) ? start : `${start}.`;
}
