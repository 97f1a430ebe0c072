// The names of our terminals' tabs. When an extension host is killed its tabs stay behind, dead; a sign that nobody sees
// tells them from everybody else's.

const SIGN = '\u2063';

export function signed(name: string): string {
    return `${name}${SIGN}`;
}

export function isSigned(name: string): boolean {
    return name.endsWith(SIGN);
}
