// The History view: what was run in the shared terminals, newest first.
import type { Place } from './place';
import type { Row } from './row';
import { line, plain } from './safe';
import type { Is, SharedPanels } from './shared';
import { at, count, took } from './words';

type Block = Is<'block'>;

export function historyRows(panels: SharedPanels, now: number): Row[] {
    const blocks = panels.entries('history', 'block').reverse();
    const terminals = [...new Set(blocks.map(([, block]) => block.terminal))].sort((a, b) => a - b);
    if (terminals.length < 2) return blocks.map(([key, block]) => blockRow(key, block, now));
    return terminals.map((terminal) => {
        const own = blocks.filter(([, block]) => block.terminal === terminal);
        return {
            id: `terminal ${terminal}`,
            label: line(own[0]?.[1].title ?? '') || `Terminal ${terminal}`,
            description: count(own.length, 'command'),
            icon: 'terminal',
            rows: own.map(([key, block]) => blockRow(key, block, now)),
        };
    });
}

function blockRow(key: string, block: Block, now: number): Row {
    const command = line(block.command ?? '') || '(no command)';
    const how = ending(block);
    const place: Place = { view: 'history', key, name: `${command}.txt` };
    const jump = block.line === undefined ? undefined : { stream: block.terminal, from: block.line, to: block.line };
    // What is not proven says so first: a command can be long, and can say anything.
    const proof = block.unproven ? 'unproven' : '';
    const gone = block.erased
        ? 'Its output was erased.'
        : block.lines > 0
          ? 'Its output is not kept any more.'
          : 'It printed nothing.';
    return {
        id: key,
        label: command,
        icon: block.unproven ? 'question' : how.icon,
        ...(how.color ? { color: how.color } : {}),
        description: [proof, how.short, block.took !== undefined && took(block.took), at(block.started, now)]
            .filter(Boolean)
            .join(' · '),
        tooltip: [
            block.unproven && UNPROVEN,
            plain(block.command ?? '').slice(0, 2000),
            block.cwd && `in ${line(block.cwd)}`,
            how.text,
            count(block.lines, 'line'),
            block.erased && 'output erased',
        ]
            .filter(Boolean)
            .join('\n'),
        spoken: [proof, command, how.text, block.took !== undefined && took(block.took), at(block.started, now)]
            .filter(Boolean)
            .join(', '),
        open: block.output
            ? { is: 'file', place }
            : { is: 'nothing', why: block.took === undefined ? 'It still runs.' : gone },
        context: jump ? 'block.jumps' : 'block',
        ...(jump ? { jump } : {}),
    };
}

const UNPROVEN = 'Unproven: anything that was printed in the terminal may have made this up.';

function ending(block: Block): { icon: string; color?: string; short: string; text: string } {
    if (block.took === undefined) return { icon: 'loading~spin', short: 'running', text: 'running' };
    if (block.exit_code === undefined) return { icon: 'circle-outline', short: '', text: 'ended' };
    if (block.exit_code === 0) return { icon: 'pass', color: 'testing.iconPassed', short: '', text: 'succeeded' };
    return {
        icon: 'error',
        color: 'testing.iconFailed',
        short: `exit ${block.exit_code}`,
        text: `failed with exit code ${block.exit_code}`,
    };
}

/** The command of a block whose output is shown. */
export function blockAt(panels: SharedPanels, key: string): Block | undefined {
    return panels.entries('history', 'block').find(([name]) => name === key)?.[1];
}
