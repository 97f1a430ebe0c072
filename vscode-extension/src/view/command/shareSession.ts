// "Share Session…": what is shared and how, with the last choice first.
import * as vscode from 'vscode';

import { withoutIcons } from '../../model/panels/safe';
import { lasts, nextAdmission, nextExpiry, type Choice } from '../../model/choice';
import type { Context } from '../context';
import { relayUrl } from '../settings';
import { shareCurrentTerminal } from './shareCurrentTerminal';
import { shareNewTerminal } from './shareNewTerminal';

const ADMISSION = {
    first: { label: '$(person) The first guest comes straight in', description: 'you are asked about everyone else' },
    ask: { label: '$(person-add) You are asked first', description: '' },
    open: { label: '$(unlock) Everyone who has the link comes in', description: 'this time; nobody is asked' },
} as const;

interface Pick extends vscode.QuickPickItem {
    share?: 'new' | 'current';
    next?: (choice: Choice) => Choice;
}

export async function shareSession(context: Context): Promise<void> {
    let choice = context.choice;
    for (;;) {
        const active = vscode.window.activeTerminal;
        const current: Pick[] =
            active && context.terminals.hosted(active)
                ? [{ label: `$(broadcast) Share ${withoutIcons(active.name)}`, share: 'current' }]
                : [];
        const items: Pick[] = [
            ...current,
            { label: '$(add) Share a new terminal', share: 'new' },
            { label: 'How', kind: vscode.QuickPickItemKind.Separator },
            choice.role === 'viewer'
                ? {
                      label: '$(eye) Guests watch',
                      description: 'until you let one type',
                      next: (now) => ({ ...now, role: 'writer' }),
                  }
                : {
                      label: '$(edit) Guests may type',
                      description: 'while you look at the terminal',
                      next: (now) => ({ ...now, role: 'viewer' }),
                  },
            choice.start === 'start'
                ? {
                      label: '$(history) From the beginning',
                      description: 'with everything that the terminal shows',
                      next: (now) => ({ ...now, start: 'now' }),
                  }
                : {
                      label: '$(clock) From now on',
                      description: 'nothing of before is seen',
                      next: (now) => ({ ...now, start: 'start' }),
                  },
            { ...ADMISSION[choice.admission], next: (now) => ({ ...now, admission: nextAdmission(now.admission) }) },
            {
                label: `$(watch) The link can be used ${lasts(choice.expires)}`,
                next: (now) => ({ ...now, expires: nextExpiry(now.expires) }),
            },
            ...(relayUrl()
                ? []
                : [
                      choice.reach === 'machine'
                          ? {
                                label: '$(device-desktop) This machine only',
                                description: 'its own relay',
                                next: (now: Choice): Choice => ({ ...now, reach: 'lan' }),
                            }
                          : {
                                label: '$(globe) Your local network',
                                description: 'its own relay',
                                next: (now: Choice): Choice => ({ ...now, reach: 'machine' }),
                            },
                  ]),
        ];
        const picked = await vscode.window.showQuickPick(items, {
            title: 'Share Session',
            placeHolder: 'Enter shares; the lines below change how',
        });
        if (!picked) return;
        if (picked.next) {
            choice = picked.next(choice);
            continue;
        }
        await context.remember(choice);
        return picked.share === 'current' ? shareCurrentTerminal(context) : shareNewTerminal(context);
    }
}
