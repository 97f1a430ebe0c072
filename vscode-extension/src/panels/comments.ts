// Review threads in the documents that they are about.
import * as vscode from 'vscode';

import { talksOf, threadPlace, VERDICTS, type Talk } from '../model/panels/review';
import { line, markdown } from '../model/panels/safe';
import type { Context } from '../view/context';
import type { Seat } from '../view/seat';
import { addressOf } from './address';

/** A thread in a diff keeps VS Code busy for half a second. Rows come first: they have this long to be asked for, and to be drawn. */
const [PATIENCE, DRAWN] = [150, 20];

interface Shown {
    thread: vscode.CommentThread;
    said: string;
}

export class Comments {
    readonly #controller = vscode.comments.createCommentController('jumpseat', 'Shared Review');
    readonly #shown = new Map<string, Shown>();
    #timer: NodeJS.Timeout | undefined;

    constructor(private readonly context: Context) {
        context.extension.subscriptions.push(this.#controller, { dispose: () => clearTimeout(this.#timer) });
    }

    refresh(): void {
        if (!this.#timer) this.#later(PATIENCE);
    }

    /** VS Code has the rows. */
    rowsRead(): void {
        if (this.#timer) this.#later(DRAWN);
    }

    #later(time: number): void {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
            this.#timer = undefined;
            try {
                this.#tell();
            } catch (error) {
                this.context.log.error(error as Error);
            }
        }, time);
    }

    #tell(): void {
        const there = new Set<string>();
        for (const seat of this.context.seats.all) {
            for (const talk of talksOf(seat.state.panels)) {
                const id = this.#show(seat, talk);
                if (id) there.add(id);
            }
        }
        for (const [id, { thread }] of this.#shown) {
            if (there.has(id)) continue;
            thread.dispose();
            this.#shown.delete(id);
        }
    }

    #show(seat: Seat, talk: Talk): string | undefined {
        const { thread: told } = talk;
        const place = threadPlace(seat.state.panels, told);
        if (!place) return undefined;
        const uri = addressOf(seat, place);
        // Another place is another thread: VS Code does not move one.
        const id = `${talk.key} ${told.first_line ?? ''} ${told.line ?? ''} ${uri.toString()}`;
        const said = JSON.stringify([told.resolved, told.outdated, talk.comments]);
        const known = this.#shown.get(id);
        if (known?.said === said) return id;
        const last = (told.line ?? 1) - 1;
        const range = new vscode.Range((told.first_line ?? last + 1) - 1, 0, last, 0);
        const thread = known?.thread ?? this.#controller.createCommentThread(uri, range, []);
        thread.canReply = false;
        thread.comments = talk.comments.map(commentOf);
        thread.state =
            told.resolved === true ? vscode.CommentThreadState.Resolved : vscode.CommentThreadState.Unresolved;
        thread.label = [told.resolved === true ? 'Resolved' : 'Unresolved', told.outdated && 'outdated', 'read-only']
            .filter(Boolean)
            .join(' · ');
        if (!known)
            thread.collapsibleState =
                told.resolved === true
                    ? vscode.CommentThreadCollapsibleState.Collapsed
                    : vscode.CommentThreadCollapsibleState.Expanded;
        this.#shown.set(id, { thread, said });
        return id;
    }
}

function commentOf({ author, at, edited, verdict, body }: Talk['comments'][number]): vscode.Comment {
    const text = new vscode.MarkdownString(markdown(body.rest ? `${body.text}\n\n…` : body.text));
    text.isTrusted = false;
    text.supportHtml = false;
    const label = [verdict && VERDICTS[verdict], edited && 'edited'].filter(Boolean).join(', ');
    return {
        author: { name: line(author, 60) },
        body: text,
        mode: vscode.CommentMode.Preview,
        timestamp: new Date(at),
        ...(label ? { label } : {}),
    };
}
