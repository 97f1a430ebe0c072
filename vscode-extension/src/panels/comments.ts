// Review threads in the documents that they are about.
import type { ThreadAt, ThreadComment } from '@jumpseat/native';
import * as vscode from 'vscode';

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
            for (const told of seat.state.panels.held?.threads() ?? []) there.add(this.#show(seat, told));
        }
        for (const [id, { thread }] of this.#shown) {
            if (there.has(id)) continue;
            thread.dispose();
            this.#shown.delete(id);
        }
    }

    #show(seat: Seat, told: ThreadAt): string {
        const uri = addressOf(seat, { view: 'changes', ...told.file });
        // Another place is another thread: VS Code does not move one.
        const id = `${told.id} ${told.first_line} ${told.line} ${uri.toString()}`;
        const said = JSON.stringify(told);
        const known = this.#shown.get(id);
        if (known?.said === said) return id;
        const range = new vscode.Range(told.first_line - 1, 0, told.line - 1, 0);
        const thread = known?.thread ?? this.#controller.createCommentThread(uri, range, []);
        const { Resolved, Unresolved } = vscode.CommentThreadState;
        const { Collapsed, Expanded } = vscode.CommentThreadCollapsibleState;
        thread.canReply = false;
        thread.comments = told.comments.map(commentOf);
        thread.state = told.resolved ? Resolved : Unresolved;
        thread.label = told.label;
        if (!known) thread.collapsibleState = told.resolved ? Collapsed : Expanded;
        this.#shown.set(id, { thread, said });
        return id;
    }
}

function commentOf({ author, at, label, body }: ThreadComment): vscode.Comment {
    const text = new vscode.MarkdownString(markdown(body.rest ? `${body.text}\n\n…` : body.text));
    text.isTrusted = false;
    text.supportHtml = false;
    return {
        author: { name: line(author, 60) },
        body: text,
        mode: vscode.CommentMode.Preview,
        timestamp: new Date(at),
        ...(label ? { label } : {}),
    };
}
