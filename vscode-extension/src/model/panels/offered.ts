// What a host shares beside the terminal, panel by panel, with what helps where a source fails.
import type { PanelKind, PanelStatus, Remedy } from '@jumpseat/native';

import { at, count, PANELS, sentence, TITLES } from './words';

/** A line of the share view. */
export interface PanelLine {
    panel: PanelKind;
    title: string;
    /** What guests see, or would. */
    about: string;
    shared: boolean;
    wrong: boolean;
    remedy?: { act: Remedy['is']; label: string };
}

const ABOUT: Record<PanelKind, string> = {
    git: 'Changed files and their contents',
    history: 'Commands, with what they printed',
    log: 'Who came, typed and ran what',
    review: 'The pull request of the branch',
    issue: 'The issues that it is about',
    findings: 'What is in Problems',
};

const THINGS: Record<PanelKind, [string, string?]> = {
    git: ['entry', 'entries'],
    history: ['command'],
    log: ['line'],
    review: ['entry', 'entries'],
    issue: ['entry', 'entries'],
    findings: ['finding'],
};

const REMEDIES: Record<Remedy['is'], string> = {
    sign_in: 'Sign In',
    install_git: 'Install Git',
    trust_folder: 'Trust Folder',
    retry: 'Try Again',
    configure: 'Settings',
};

/** These show the workspace: without a folder there is nothing of them. */
const OF_A_FOLDER: PanelKind[] = ['git', 'review', 'issue', 'findings'];

export function canShare(panel: PanelKind, folder: string | undefined): boolean {
    return folder !== undefined || !OF_A_FOLDER.includes(panel);
}

/** What a new session shares: what was chosen, as far as it is known and there is something of it. */
export function chosenPanels(chosen: unknown, folder: string | undefined): PanelKind[] {
    const list: unknown[] = Array.isArray(chosen) ? chosen : [];
    return PANELS.filter((panel) => list.includes(panel) && canShare(panel, folder));
}

export function panelLines(
    shared: ReadonlyMap<PanelKind, PanelStatus>,
    folder: string | undefined,
    now: number,
): PanelLine[] {
    return PANELS.filter((panel) => shared.has(panel) || canShare(panel, folder)).map((panel) => {
        const status = shared.get(panel);
        const common = { panel, title: TITLES[panel], shared: status !== undefined };
        if (!status) return { ...common, about: ABOUT[panel], wrong: false };
        const { state } = status;
        if (state.is === 'failed') {
            const remedy = state.remedy?.is ?? 'retry';
            return {
                ...common,
                about: sentence(state.why),
                wrong: true,
                remedy: { act: remedy, label: REMEDIES[remedy] ?? REMEDIES.retry },
            };
        }
        if (state.is === 'stale')
            return {
                ...common,
                about: `As of ${at(state.since, now)}`,
                wrong: true,
                remedy: { act: 'retry', label: REMEDIES.retry },
            };
        const more = status.left_out > 0 ? `, ${status.left_out} more left out` : '';
        const about =
            state.is === 'starting'
                ? 'Looking…'
                : status.entries === 0
                  ? 'Nothing yet'
                  : `${count(status.entries, ...THINGS[panel])}${more}`;
        return { ...common, about, wrong: false };
    });
}
