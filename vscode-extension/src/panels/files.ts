// The read-only documents: a file system of what joined sessions share. It has no folders, nothing is ever written, and
// what does not stand in a shared panel is not there.
import type { PanelKind, Reference, Source } from '@jumpseat/native';
import * as vscode from 'vscode';

import { identity, pageText } from '../model/panels/documents';
import { baseName, panelOf } from '../model/panels/place';
import { plain } from '../model/panels/safe';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { named, SCHEME } from './address';
import { fetchContent } from './fetch';

/** A document that VS Code has asked for, as it was then. */
interface Known {
    identity: string | undefined;
    changed: number;
    size: number;
}

/** Documents that are remembered: more than anyone has open. */
const MOST = 2000;

export class SharedFiles implements vscode.FileSystemProvider {
    readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
    readonly onDidChangeFile = this.#changed.event;
    readonly #known = new Map<string, Known>();

    constructor(private readonly context: Context) {
        const why = new vscode.MarkdownString('This is what a teammate shares: it can be read, not changed.');
        context.extension.subscriptions.push(
            this.#changed,
            vscode.workspace.registerFileSystemProvider(SCHEME, this, { isCaseSensitive: true, isReadonly: why }),
        );
    }

    /** Panels are other than before: so are, perhaps, the documents that were asked for. */
    refresh(): void {
        const events: vscode.FileChangeEvent[] = [];
        for (const [key, known] of this.#known) {
            const uri = vscode.Uri.parse(key, true);
            const now = this.#identity(uri);
            if (now === known.identity) continue;
            const type =
                now === undefined
                    ? vscode.FileChangeType.Deleted
                    : known.identity === undefined
                      ? vscode.FileChangeType.Created
                      : vscode.FileChangeType.Changed;
            Object.assign(known, { identity: now, changed: Math.max(Date.now(), known.changed + 1) });
            events.push({ type, uri });
        }
        if (events.length > 0) this.#changed.fire(events);
    }

    stat(uri: vscode.Uri): vscode.FileStat {
        const { source } = this.#source(uri);
        const known = this.#know(uri);
        const size = source.is === 'content' ? source.reference.size : known.size;
        return {
            type: vscode.FileType.File,
            ctime: 0,
            mtime: known.changed,
            size,
            permissions: vscode.FilePermission.Readonly,
        };
    }

    async readFile(uri: vscode.Uri): Promise<Uint8Array> {
        const { seat, panel, source } = this.#source(uri);
        const known = this.#know(uri);
        const bytes = await this.#read(seat, panel, source, uri);
        known.size = bytes.length;
        return bytes;
    }

    watch(): vscode.Disposable {
        // What is known is watched.
        return new vscode.Disposable(() => undefined);
    }

    readDirectory(uri: vscode.Uri): never {
        throw vscode.FileSystemError.FileNotFound(uri);
    }
    createDirectory(uri: vscode.Uri): never {
        throw vscode.FileSystemError.NoPermissions(uri);
    }
    writeFile(uri: vscode.Uri): never {
        throw vscode.FileSystemError.NoPermissions(uri);
    }
    delete(uri: vscode.Uri): never {
        throw vscode.FileSystemError.NoPermissions(uri);
    }
    rename(uri: vscode.Uri): never {
        throw vscode.FileSystemError.NoPermissions(uri);
    }

    async #read(seat: Seat, panel: PanelKind, source: Source, uri: vscode.Uri): Promise<Uint8Array> {
        const title = baseName(uri.path);
        switch (source.is) {
            case 'refused':
                throw vscode.FileSystemError.Unavailable(source.why);
            case 'page': {
                const whole = async (reference: Reference): Promise<string> =>
                    text(await fetchContent(seat, panel, reference, title));
                return new TextEncoder().encode(await pageText(source.parts, whole));
            }
            case 'content': {
                const bytes = await this.#content(seat, source, uri, title);
                return source.plain ? new TextEncoder().encode(plain(text(bytes))) : bytes;
            }
        }
    }

    /** The host may have changed it while it was asked for: then the newest is wanted. */
    async #content(
        seat: Seat,
        source: Extract<Source, { is: 'content' }>,
        uri: vscode.Uri,
        title: string,
    ): Promise<Uint8Array> {
        try {
            return await fetchContent(seat, source.panel, source.reference, title);
        } catch (error) {
            const { source: now } = this.#source(uri);
            if (now.is !== 'content' || now.reference.id === source.reference.id) throw unavailable(error);
            return fetchContent(seat, now.panel, now.reference, title).catch((again: unknown) => {
                throw unavailable(again);
            });
        }
    }

    #source(uri: vscode.Uri): { seat: Seat; panel: PanelKind; source: Source } {
        const at = named(this.context.seats, uri);
        const source = at?.seat.state.panels.held?.source(at.place);
        if (!at || !source) {
            this.#know(uri);
            throw vscode.FileSystemError.FileNotFound(uri);
        }
        return { seat: at.seat, panel: panelOf(at.place), source };
    }

    #identity(uri: vscode.Uri): string | undefined {
        const at = named(this.context.seats, uri);
        const source = at?.seat.state.panels.held?.source(at.place);
        return source && identity(source);
    }

    #know(uri: vscode.Uri): Known {
        const key = uri.toString();
        let known = this.#known.get(key);
        if (!known) {
            known = { identity: this.#identity(uri), changed: Date.now(), size: 0 };
            this.#known.set(key, known);
            const oldest = this.#known.keys().next().value;
            if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
        }
        return known;
    }
}

function text(bytes: Uint8Array): string {
    return new TextDecoder().decode(bytes);
}

function unavailable(error: unknown): vscode.FileSystemError {
    return vscode.FileSystemError.Unavailable((error as Error).message);
}
