// How times and sizes are said, and the order in which panels are shown.
import type { PanelKind } from '@jumpseat/native';

export const PANELS: PanelKind[] = ['git', 'history', 'log', 'review', 'issue', 'findings'];

/** How long ago something was. A view is drawn again twice a minute: it counts no seconds. */
export function ago(then: number, now: number): string {
    const minutes = Math.floor(Math.max(0, now - then) / 60_000);
    if (minutes < 1) return 'just now';
    if (minutes < 60) return `${minutes} min ago`;
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** A time of day, with its day unless that is today. */
export function at(time: number, now: number): string {
    const date = new Date(time);
    const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
    if (date.toDateString() === new Date(now).toDateString()) return clock;
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}

export function size(bytes: number): string {
    if (bytes < 1024) return `${bytes} B`;
    const units = ['KB', 'MB', 'GB', 'TB'];
    let [value, unit] = [bytes / 1024, 0];
    for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
    return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function two(number: number): string {
    return String(number).padStart(2, '0');
}
