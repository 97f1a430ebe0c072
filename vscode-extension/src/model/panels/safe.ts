// Text that others wrote, made harmless before VS Code shows it. What a host sends was bounded by the native module; a
// hostile host is met here once more, where text becomes a line, a page or Markdown.

import { HIDDEN, MARKS, MAX_MARKS } from '../hidden';

/** Stands where two signs must not be read together: it shows nothing and joins nothing. */
const APART = '\u2060';

const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*[0-~])?/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const UNSHOWN = new RegExp(`[${HIDDEN}]`, 'gu');
/** Marks that stack on one character, beyond those that any language needs. */
const FLOODS = new RegExp(`([${MARKS}]{${MAX_MARKS}})[${MARKS}]+`, 'gu');

/** Several lines of text, without escape sequences, control characters, and what `core/text` does not show. */
export function plain(text: string): string {
    return text
        .replace(ESCAPES, '')
        .replace(/\r\n?/g, '\n')
        .replace(CONTROLS, '')
        .replace(UNSHOWN, '')
        .replace(FLOODS, '$1');
}

/** The same in one line, of at most so many signs. */
export function line(text: string, most = 200): string {
    const one = plain(text).replace(/\s+/g, ' ').trim();
    const signs = [...one];
    return signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : one;
}

/** Where icons are read from text (`$(name)`): in status bars and lists to pick from. */
export function withoutIcons(text: string): string {
    return line(text).replaceAll('$(', `$${APART}(`);
}

/** In a notification, where `[text](command:…)` is a link: there it is text. */
export function notice(text: string): string {
    return line(text, 600).replaceAll('](', `]${APART}(`);
}

/**
 * Markdown that loads nothing and leads to nothing but the web: images become links, other links and HTML become
 * text. It goes by two signs that stand together, wherever they do, and not by what Markdown makes of them: there is
 * nothing to be parsed otherwise than it is here.
 */
export function markdown(text: string): string {
    return plain(text)
        .replaceAll('![', `!${APART}[`)
        .replace(/\](?=\((?!https?:\/\/[^\s()<>\\]))/gi, `]${APART}`)
        .replace(/\](?=:(?![ \t]*https?:\/\/[^\s<>\\]))/gi, `]${APART}`)
        .replace(/<(?=[a-z/!?])(?!https?:\/\/[^\s<>]*>)/gi, `<${APART}`);
}

/** Text as it is, within Markdown. */
export function escaped(text: string): string {
    return line(text, 500).replace(/[\\`*_{}[\]()#+\-.!<>|~&:@$]/g, '\\$&');
}

/** Whether a browser may be given it. */
export function isWeb(address: string | undefined): address is string {
    return address !== undefined && /^https?:\/\/[^\s/"<>\\][^\s"<>\\]*$/.test(address) && address.length <= 2048;
}
