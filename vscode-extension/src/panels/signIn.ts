// Signing in at forges, for the review and the issues: by VS Code's account where it has one, which nobody is asked for
// before they click. What it gives goes to the process that holds the sessions, which shows it to that forge alone.
import * as vscode from 'vscode';

import { hostsOf, providerOf, PROVIDERS, type Provider } from '../model/panels/forges';
import type { Context } from '../view/context';
import { enterprise } from './settings';

/** What reading needs, as far as GitHub tells reading from writing. */
const SCOPES = ['repo'];
/** What the pull request extension asks for: who let Jumpseat use that account is not asked again. */
const OTHERS = ['read:user', 'user:email', 'repo', 'workflow'];

export class SignIn {
    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(
            vscode.authentication.onDidChangeSessions(({ provider }) => {
                const shared = context.holding.state.sessions.some(
                    ({ panels }) => panels.review !== undefined || panels.issue !== undefined,
                );
                const known = PROVIDERS.find((one) => one === provider.id);
                if (shared && known) void context.attempt(() => this.#follow(known, true));
            }),
        );
    }

    /**
     * Where VS Code is signed in already, and Jumpseat may use it, nobody is asked. Where it is not, another window may be:
     * what that gave stays.
     */
    async quietly(): Promise<void> {
        for (const provider of PROVIDERS) await this.#follow(provider, false);
    }

    /** On a click alone. */
    async at(host: string): Promise<void> {
        const provider = providerOf(host, enterprise());
        if (!provider) return this.#ask(host);
        const detail = 'Guests see the pull request and its issues; they never get the credential.';
        const { getSession } = vscode.authentication;
        // One that there is already was refused: another one is needed.
        const refused = (await silently(provider)) !== undefined;
        const session = await (refused
            ? getSession(provider, SCOPES, { forceNewSession: { detail } })
            : getSession(provider, SCOPES, { createIfNone: { detail } }));
        await this.#give(host, session.accessToken);
    }

    /** Where VS Code knows no account: what is typed is kept by nobody but the process that holds the session. */
    async #ask(host: string): Promise<void> {
        const title = `Sign In at ${host}`;
        const prompt = 'An access token of yours that may read. It is not stored, and guests never get it.';
        const credential = await vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
        if (credential) await this.#give(host, credential);
    }

    /** The account that VS Code has now; with none any more its forge is asked as nobody, if `back` says so. */
    async #follow(provider: Provider, back: boolean): Promise<void> {
        for (const host of hostsOf(provider, enterprise())) {
            const credential = await silently(provider);
            if (credential !== undefined || back) await this.#give(host, credential ?? null);
        }
    }

    async #give(host: string, credential: string | null): Promise<void> {
        await this.context.tell({ type: 'give_credential', host, credential });
    }
}

async function silently(provider: Provider): Promise<string | undefined> {
    for (const scopes of [SCOPES, OTHERS]) {
        const session = await vscode.authentication
            .getSession(provider, scopes, { silent: true })
            .then(undefined, () => undefined);
        if (session) return session.accessToken;
    }
    return undefined;
}
