// What panels say of times, sizes and states, in plain words.
import type { PanelKind, Remedy, SourceState } from '@jumpseat/native';

import { line } from './safe';

/** The panels as they are called here, in the order in which they are shown. */
export const TITLES: Record<PanelKind, string> = {
    git: 'Changes',
    history: 'History',
    log: 'Log',
    review: 'Review',
    issue: 'Issues',
    findings: 'Findings',
};

export const PANELS = Object.keys(TITLES) as PanelKind[];

export function count(number: number, what: string, many = `${what}s`): string {
    return number === 1 ? `1 ${what}` : `${number} ${many}`;
}

/** How long ago something was. */
export function ago(then: number, now: number): string {
    const minutes = Math.floor(Math.max(0, now - then) / 60_000);
    if (minutes < 1) return 'just now';
    if (minutes < 60) return `${minutes} min ago`;
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? `${hours} h ago` : count(Math.floor(hours / 24), 'day') + ' ago';
}

/** A time of day, with its day unless that is today. */
export function at(time: number, now: number): string {
    const date = new Date(time);
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    if (date.toDateString() === new Date(now).toDateString()) return clock;
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

/** How long something took, in milliseconds. */
export function took(milliseconds: number): string {
    if (milliseconds < 1000) return `${milliseconds} ms`;
    const seconds = milliseconds / 1000;
    if (seconds < 60) return `${seconds.toFixed(1)} s`;
    const minutes = Math.floor(seconds / 60);
    return minutes < 60
        ? `${minutes} min ${Math.floor(seconds % 60)} s`
        : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function size(bytes: number): string {
    if (bytes < 1024) return count(bytes, 'byte');
    const units = ['KB', 'MB', 'GB', 'TB'];
    let [value, unit] = [bytes / 1024, 0];
    for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** What stands above a panel whose source is not as it should be. */
export function stateText(state: SourceState, host: string, now: number): string | undefined {
    switch (state.is) {
        case 'fresh':
        case 'starting':
            return undefined;
        case 'stale':
            return `As of ${at(state.since, now)}: ${host} cannot reach its source now.`;
        case 'failed': {
            const then = state.since > 0 ? ` Shown as of ${at(state.since, now)}.` : '';
            return `${sentence(state.why).replace(/\.$/, '')}.${remedyText(state.remedy, host)}${then}`;
        }
    }
}

/** As a sentence begins; the name of a machine stays as it is. */
export function sentence(text: string): string {
    const one = line(text);
    return /^\S+\.\S/.test(one) ? one : one.charAt(0).toUpperCase() + one.slice(1);
}

/** What only the host can do about it. */
export function remedyText(remedy: Remedy | undefined, host: string): string {
    switch (remedy?.is) {
        case 'sign_in':
            return ` ${host} has to sign in.`;
        case 'install_git':
            return ` ${host} has to install git.`;
        case 'trust_folder':
            return ` ${host} has to trust the folder.`;
        case 'configure':
            return ` ${host} has to set it up.`;
        default:
            return '';
    }
}

function two(number: number): string {
    return String(number).padStart(2, '0');
}
