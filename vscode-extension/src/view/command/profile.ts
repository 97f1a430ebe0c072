// Jumpseat as the default terminal profile: every terminal can then be shared at any time, with its history.
import * as vscode from 'vscode';

import type { Context } from '../context';
import { platform } from '../settings';
import { mention, say } from '../say';

/** The profile's title, as VS Code's settings name it. */
const PROFILE = 'Jumpseat';

export async function makeDefaultProfile(): Promise<void> {
    const settings = vscode.workspace.getConfiguration('terminal.integrated');
    await settings.update(`defaultProfile.${platform()}`, PROFILE, vscode.ConfigurationTarget.Global);
    mention('check', 'Jumpseat: new terminals can be shared, with their history');
}

/** Asks once and never again. */
export async function offerProfile(context: Context): Promise<void> {
    const { globalState } = context.extension;
    if (globalState.get('profileOffered')) return;
    await globalState.update('profileOffered', true);
    const answer = await say(
        'Open new terminals with Jumpseat? Each can then be shared at any time, with its history.',
        'Make Default',
        'Not Now',
    );
    if (answer === 'Make Default') await makeDefaultProfile();
}
