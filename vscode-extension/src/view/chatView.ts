// The chat: one conversation at a time, newest line below. What is said goes to that session alone.
import * as vscode from 'vscode';

import { chosenTalk, type Titled } from '../model/talks';
import { Page } from './page';

type Said = { say: string; to: string } | { pick: string };

interface Conversation extends Titled {
    say(text: string): Promise<unknown>;
}

export class ChatView extends Page<Said> {
    #picked: string | undefined;

    protected readonly html = { style: STYLE, body: BODY, script: SCRIPT };

    protected shown(view: vscode.WebviewView): unknown {
        const all = this.#all();
        const chosen = chosenTalk(all, this.#picked, this.#front());
        if (chosen && view.visible && chosen.talk.unread > 0) {
            chosen.talk.read();
            // The badge is another view's.
            this.context.changed();
        }
        return {
            talks: all.map(({ key, title, talk }) => ({
                key,
                title: talk.unread > 0 ? `${title} (${talk.unread})` : title,
            })),
            chosen: chosen?.key ?? '',
            lines: chosen?.talk.lines ?? [],
        };
    }

    protected async take(message: Said): Promise<void> {
        if ('pick' in message) {
            this.#picked = message.pick;
            this.context.changed();
            return;
        }
        this.#picked = message.to;
        await this.#all()
            .find(({ key }) => key === message.to)
            ?.say(message.say);
    }

    #all(): Conversation[] {
        const { holding, seats } = this.context;
        return [
            ...holding.state.sessions.map((session) => ({
                key: `mine ${session.session}`,
                title: this.context.nameOf(session),
                talk: holding.state.talk(session),
                say: (text: string) => holding.ask({ type: 'chat', session: session.session, text }),
            })),
            ...seats.all.map((seat) => ({
                key: `joined ${seat.number}`,
                title: seat.title,
                talk: seat.state.talk,
                say: (text: string) => seat.request({ type: 'chat', text }),
            })),
        ];
    }

    /** The conversation of the terminal in front. */
    #front(): string | undefined {
        const { activeTerminal } = vscode.window;
        const seat = this.context.seats.at(activeTerminal);
        if (seat) return `joined ${seat.number}`;
        const number = this.context.terminals.hosted(activeTerminal)?.terminal;
        const session = this.context.holding.state.terminal(number)?.session;
        return session === undefined ? undefined : `mine ${session}`;
    }
}

const STYLE = `
body { display: flex; flex-direction: column; height: 100vh; box-sizing: border-box; margin: 0; }
#lines { flex: 1; overflow-y: auto; overflow-wrap: anywhere; }
#lines > div { margin-bottom: 4px; }
form { display: flex; gap: 6px; margin-top: 6px; }
input, select { font: inherit; padding: 4px 6px; color: var(--vscode-input-foreground); background: var(--vscode-input-background);
  border: 1px solid var(--vscode-input-border, transparent); border-radius: 2px; }
input { flex: 1; min-width: 0; }
select { margin-bottom: 6px; color: var(--vscode-dropdown-foreground); background: var(--vscode-dropdown-background);
  border-color: var(--vscode-dropdown-border, transparent); }
[hidden] { display: none; }
`;
const BODY = `<select id="talk" aria-label="Session" hidden></select>
<div id="lines" role="log" aria-label="Chat"></div>
<form><input id="say" aria-label="Message" placeholder="Message" maxlength="2000" autocomplete="off"><button type="submit">Send</button></form>`;
const SCRIPT = `
const lines = document.getElementById('lines'), say = document.getElementById('say'), talk = document.getElementById('talk');
let to = '';
talk.onchange = () => vscode.postMessage({ pick: talk.value });
document.querySelector('form').onsubmit = (event) => {
  event.preventDefault();
  const text = say.value.trim();
  // Before the first answer from outside nobody is there to say it to.
  if (!to) return;
  if (text) vscode.postMessage({ say: text, to });
  say.value = '';
};
addEventListener('message', ({ data }) => {
  to = data.chosen;
  talk.hidden = data.talks.length < 2;
  talk.replaceChildren(...data.talks.map(({ key, title }) => el('option', { value: key, textContent: title, selected: key === to })));
  lines.replaceChildren(...(data.lines.length ? data.lines.map((line) => el('div', {}, el('strong', { textContent: line.name + ' ' }), line.text))
    : [el('div', { className: 'dim', textContent: 'No messages yet.' })]));
  lines.scrollTop = lines.scrollHeight;
});
`;
