// The Log: what happened in the session, as lines of a log with levels.
import type { Entry, Happened, Level, PanelKind } from '@jumpseat/native';

import { line } from './safe';
import { PANELS, TITLES, took } from './words';

export interface LogLine {
    level: Level;
    text: string;
}

/** Turns what stands in the panel into lines: each thing once, and once more when it ended. */
export class LogLines {
    readonly #told = new Map<string, string>();

    /** The lines that are new. */
    take(entries: Map<string, Entry>): LogLine[] {
        for (const key of this.#told.keys()) if (!entries.has(key)) this.#told.delete(key);
        return [...entries].flatMap(([key, entry]) => {
            const told = lineOf(entry);
            if (!told || this.#told.get(key) === told.text) return [];
            this.#told.set(key, told.text);
            return [told];
        });
    }
}

function lineOf(entry: Entry): LogLine | undefined {
    if (entry.is === 'line') {
        return {
            level: entry.level ?? 'info',
            text: `${clock(entry.at)} ${line(entry.file, 60)}: ${line(entry.text, 2000)}${entry.rest ? ' …' : ''}`,
        };
    }
    if (entry.is === 'unread')
        return { level: 'warning', text: `Could not read ${line(entry.part, 200)}: ${line(entry.why)}` };
    if (entry.is !== 'happening') return undefined;
    const lasted = entry.until !== undefined ? ` (${took(Math.max(0, entry.until - entry.at))})` : '';
    const who = line(entry.who ?? '', 60);
    return {
        level: entry.level,
        text: `${clock(entry.at)} ${[who, what(entry.happened)].filter(Boolean).join(' ')}${lasted}`,
    };
}

function what(happened: Happened): string {
    switch (happened.what) {
        case 'joined':
            return `joined as ${line(happened.role)}`;
        case 'left':
            return `left: ${line(happened.why)}`;
        case 'presence':
            return happened.present ? 'is back' : 'is away';
        case 'granted':
            return `is ${line(happened.role)} now, by ${line(happened.by)}`;
        case 'asked':
            return 'asked for the keyboard';
        case 'refused':
            return `was refused: ${line(happened.why)}`;
        case 'typed':
            return `typed in ${line(happened.terminal)}`;
        case 'ran': {
            const end =
                happened.exit_code === undefined
                    ? ''
                    : happened.exit_code === 0
                      ? ' → done'
                      : ` → exit ${happened.exit_code}`;
            return `${happened.unproven ? '(unproven) ' : ''}${line(happened.terminal)} $ ${line(happened.command, 2000)}${end}`;
        }
        case 'connection':
            return `connection: ${line(happened.state)}`;
        case 'shared':
            return `${titleOf(happened.thing)} ${happened.on ? 'shared' : 'no longer shared'}`;
        case 'noted':
            return line(happened.text, 2000);
        default:
            return '';
    }
}

/** A terminal by its name, a panel by what it is called here. */
function titleOf(thing: string): string {
    return PANELS.includes(thing as PanelKind) ? TITLES[thing as PanelKind] : line(thing);
}

function clock(time: number): string {
    return new Date(time).toTimeString().slice(0, 8);
}
