// The share view's page, in as little of a document as it needs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCRIPT } from '../src/view/sharePage';

class Element {
    children: Element[] = [];
    className = '';
    dataset: Record<string, string> = {};
    textContent = '';
    title = '';
    offsetLeft = 0;
    onclick?: (event: unknown) => void;

    readonly classList = {
        toggle: (name: string, on: boolean) => {
            const others = this.className.split(' ').filter((other) => other !== name);
            this.className = [...others, ...(on ? [name] : [])].join(' ');
        },
        remove: (name: string) => this.classList.toggle(name, false),
    };

    constructor(
        readonly name: string,
        readonly root?: () => Element,
    ) {}

    /** As if each button had a line of its own. */
    get offsetTop(): number {
        return this.root?.().all().indexOf(this) ?? 0;
    }

    append(...children: (Element | string)[]): void {
        for (const child of children) if (child instanceof Element) this.children.push(child);
    }

    replaceChildren(...children: Element[]): void {
        this.children = children;
    }

    setAttribute(): void {
        /* Nothing reads it. */
    }

    all(): Element[] {
        return this.children.flatMap((child) => [...(child.name === 'button' ? [child] : []), ...child.all()]);
    }

    querySelectorAll(): Element[] {
        return this.all();
    }
}

test('a button that has just moved under the pointer takes no press, and acts on what it was drawn for', () => {
    const main: Element = new Element('main');
    let now = 0;
    let show: (event: { data: unknown }) => void = () => undefined;
    const sent: unknown[] = [];
    const timers: { at: number; run: () => void }[] = [];
    const el = (name: string, options = {}, ...children: (Element | string)[]): Element => {
        const element = Object.assign(new Element(name, () => main), options);
        element.append(...children);
        return element;
    };
    const page = {
        document: { getElementById: () => main, activeElement: null },
        el,
        vscode: { postMessage: (message: unknown) => sent.push(message) },
        addEventListener: (name: string, run: typeof show) => {
            if (name === 'message') show = run;
        },
        setInterval: () => undefined,
        setTimeout: (run: () => void, after: number) => timers.push({ at: now + after, run }),
        performance: { now: () => now },
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const run = new Function(...Object.keys(page), SCRIPT) as (...given: unknown[]) => void;
    run(...Object.values(page));
    const pass = (millis: number): void => {
        now += millis;
        for (const timer of timers.splice(0)) {
            if (timer.at <= now) timer.run();
            else timers.push(timer);
        }
    };
    const session = (...invites: number[]): unknown => [
        {
            session: 1,
            holder: 7,
            name: 'shop (main)',
            code: 'K7QM-3XTE',
            reach: '',
            expires: 0,
            invites: [0, ...invites].map((id) => ({ id: `invite-${id}`, terms: '', uses: 0 })),
            panels: [],
        },
    ];
    // The first invite is the session's own: those after it come and go.
    const revokes = (): Element[] =>
        main.all().filter((button) => button.textContent === 'Revoke' && !button.title.endsWith(' 1'));
    const takes = (): boolean[] => revokes().map((button) => !button.className.includes('moved'));

    show({ data: session(3, 4) });
    assert.deepEqual(takes(), [false, false], 'they have just come');
    pass(500);
    assert.deepEqual(takes(), [true, true]);
    // The first one goes away: the second one's button is where its was.
    show({ data: session(4) });
    assert.deepEqual(takes(), [false]);
    pass(499);
    show({ data: session(4) });
    assert.deepEqual(takes(), [false]);
    pass(1);
    assert.deepEqual(takes(), [true]);
    revokes()[0]?.onclick?.({});
    assert.deepEqual(sent, [{ act: 'revoke', session: 1, holder: 7, invite: 'invite-4' }]);
});
