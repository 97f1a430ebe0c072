// What a link says, and links of a test's own making.

/** The relay, the code and the token of a link as Jumpseat makes them. */
export function parts(link) {
    const [, relay, code, token] = /^vscode:\/\/jumpseat\.jumpseat\/join\?relay=([^#]+)#([^.]+)\.(.+)$/.exec(link);
    return { relay: decodeURIComponent(relay), code, token };
}

export function linkTo({ relay, code, token }) {
    return `vscode://jumpseat.jumpseat/join?relay=${encodeURIComponent(relay)}#${code}.${token}`;
}

/** Who comes by an invite that was used before waits for the host. */
export async function letIn(host, name) {
    await host.notified(`${name} asks to join your session with an invite that was used before.`, 'Let In');
}
