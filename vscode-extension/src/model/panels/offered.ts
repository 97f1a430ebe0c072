// What a host shares next to the terminal, panel by panel, as far as there is something of it.
import type { Offer, PanelKind } from '@jumpseat/native';

import { text } from './paint';
import { at, PANELS } from './words';

/** A line of the share view: what guests see of a panel, or would, or what is wrong. */
export type PanelLine = Omit<Offer, 'about'> & { about: string };

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

export function panelLines(offers: Offer[], folder: string | undefined, now: number): PanelLine[] {
    return offers
        .filter(({ panel, shared }) => shared || canShare(panel, folder))
        .map((offer) => ({ ...offer, about: text(offer.about, now, at) }));
}
