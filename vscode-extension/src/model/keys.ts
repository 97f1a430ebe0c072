// What a terminal of VS Code sends: keys of the person, and answers of its own.

export interface Typed {
    /** What the person typed, and the terminal's answers to the program. */
    keys: string;
    /** How many of our questions were answered. */
    answers: number;
    /** The focus as last reported; nothing if it was not. */
    focus: boolean | undefined;
}

const OURS = /\x1b\[(0n|I|O)/g;

/** Takes apart what a terminal sent. */
export function typed(data: string): Typed {
    let answers = 0;
    let focus: boolean | undefined;
    const keys = data.replace(OURS, (_, what: string) => {
        if (what === '0n') answers += 1;
        else focus = what === 'I';
        return '';
    });
    return { keys, answers, focus };
}
