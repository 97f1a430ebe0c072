// Whom VS Code trusts when it is told not to ask the system: the authorities that came with it, and one's own.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Writes them into a file; answers its path. What cannot be read is answered instead: whoever reads it says why. */
export function authorities(folder: string, caFile: string | undefined): string {
    let own: string[];
    try {
        own = caFile ? [readFileSync(caFile, 'utf8')] : [];
    } catch {
        return caFile ?? '';
    }
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'authorities.pem');
    writeFileSync(`${file}.new`, [...rootCertificates, ...own].join('\n'));
    renameSync(`${file}.new`, file);
    return file;
}
