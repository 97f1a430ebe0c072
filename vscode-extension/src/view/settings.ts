// What a person set, in Jumpseat's settings and in VS Code's own.
import { networkInterfaces, userInfo } from 'node:os';
import type { RelayChoice } from '@jumpseat/native';
import * as vscode from 'vscode';

import { trusted, type NetworkSettings } from '../model/network';
import { authorities } from './authorities';
import { shellStart, type ShellSettings, type ShellStart } from '../model/shell';
import type { Choice } from '../model/choice';

const own = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('jumpseat');

export function name(): string {
    return own().get<string>('name')?.trim() || userInfo().username;
}

export function relayUrl(): string {
    return own().get<string>('relay.url')?.trim() ?? '';
}

/** A page of one's own that explains invites, if there is one. */
export function invitePage(): string {
    return own().get<string>('invitePage')?.trim() ?? '';
}

export function relay(choice: Choice): RelayChoice {
    const url = relayUrl();
    if (url) return { at: 'url', url };
    const address = choice.reach === 'lan' ? lanAddress() : undefined;
    return { at: 'embedded', address: address ?? '127.0.0.1', port: 0 };
}

/** What the way to relays goes by. */
export const NETWORK = [
    'http.proxy',
    'http.proxySupport',
    'http.noProxy',
    'http.systemCertificates',
    'jumpseat.relay.caFile',
];

/** `storage` is a folder for what has to be a file. */
export function network(storage: string): NetworkSettings {
    const http = vscode.workspace.getConfiguration('http');
    const caFile = own().get<string>('relay.caFile')?.trim() ?? '';
    return {
        proxy: http.get<string>('proxy')?.trim() ?? '',
        support: http.get<string>('proxySupport') ?? 'override',
        except: http.get<string[]>('noProxy') ?? [],
        caFile,
        ...(http.get<boolean>('systemCertificates') === false
            ? { instead: authorities(storage, trusted({ caFile }, process.env).caFile) }
            : {}),
    };
}

/** How a shell starts in a terminal of ours. */
export function shell(): ShellStart {
    const terminal = vscode.workspace.getConfiguration('terminal.integrated');
    const profiles = terminal.get<ShellSettings['profiles']>(`profiles.${platform()}`) ?? {};
    return shellStart(process.env, {
        profiles,
        chosen: terminal.get<string | null>(`defaultProfile.${platform()}`) ?? null,
        env: terminal.get<ShellSettings['env']>(`env.${platform()}`) ?? {},
        fallback: vscode.env.shell,
        version: vscode.version,
    });
}

/** As VS Code's settings for terminals call this machine. */
export function platform(): 'windows' | 'osx' | 'linux' {
    if (process.platform === 'win32') return 'windows';
    return process.platform === 'darwin' ? 'osx' : 'linux';
}

export function workspaceFolder(): string | undefined {
    return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** An address of this machine that its network knows. */
function lanAddress(): string | undefined {
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address;
}
