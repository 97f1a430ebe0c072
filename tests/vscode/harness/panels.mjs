// Panels as people meet them: rows of trees, read-only documents, buttons of the share view.

/** A row of a tree by how it is called, as a selector. */
export const called = (label) => `[role=treeitem][aria-label^="${label}"]`;

/** The same, to be pressed and read. */
export const row = (editor, label) => editor.page.locator(called(label)).first();

/** From what is done until an editor shows an element, with this text in it, in milliseconds. */
export async function untilShown(editor, act, selector, text) {
    const began = Date.now();
    const [at] = await Promise.all([editor.appears(selector, text), (async () => act())()]);
    return at - began;
}

/** What the read-only documents say that are open at the guest. */
export const documents = (editor) => editor.evaluate((vscode) => Object.fromEntries(
    vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === 'jumpseat').map((one) => [`${one.uri.query}:${one.uri.path}`, one.getText()]),
));

/** A panel's buttons in the share view. */
export async function press(host, label) {
    await host.done('jumpseat.share.focus');
    const button = `button[aria-label="${label}"]`;
    await (await host.webview(button)).locator(button).click();
}
