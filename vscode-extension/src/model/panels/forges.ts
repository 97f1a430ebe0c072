// The forges that a person named in addition to the well-known ones, and by which account of VS Code each is signed in to.
import type { ForgeOptions } from '@jumpseat/native';

/** VS Code's own ways to sign in at a forge; it has none for GitLab. */
export const PROVIDERS = ['github', 'github-enterprise'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What the setting says, as far as it says something; and the GitHub Enterprise server that VS Code knows. */
export function chosenForges(setting: unknown, enterprise: string): ForgeOptions[] {
    const list: unknown[] = Array.isArray(setting) ? setting : [];
    const named = list.flatMap((one): ForgeOptions[] => {
        const { host, kind, api } = (one ?? {}) as Record<string, unknown>;
        if (typeof host !== 'string' || !isHost(host) || (kind !== 'github' && kind !== 'gitlab')) return [];
        return [{ host, kind, ...(typeof api === 'string' && api !== '' ? { api } : {}) }];
    });
    const known = hostOf(enterprise);
    return known === undefined || named.some(({ host }) => same(host, known))
        ? named
        : [...named, { host: known, kind: 'github' }];
}

/** How VS Code signs in at a host, if it does. */
export function providerOf(host: string, enterprise: string): Provider | undefined {
    if (same(host, 'github.com')) return 'github';
    const known = hostOf(enterprise);
    return known !== undefined && same(host, known) ? 'github-enterprise' : undefined;
}

/** The hosts that a person is signed in to by a provider. */
export function hostsOf(provider: Provider, enterprise: string): string[] {
    const known = provider === 'github' ? 'github.com' : hostOf(enterprise);
    return known === undefined ? [] : [known];
}

function hostOf(address: string): string | undefined {
    const host = URL.canParse(address) ? new URL(address).hostname : '';
    return isHost(host) ? host : undefined;
}

function isHost(text: string): boolean {
    return /^[\w.:-]{1,253}$/.test(text);
}

function same(one: string, other: string): boolean {
    return one.toLowerCase() === other.toLowerCase();
}
