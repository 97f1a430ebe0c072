// What stands in a read-only document: a content to be fetched, or a page with what people wrote made harmless.
import type { PagePart, Reference, Source } from '@jumpseat/native';

import { markdown } from './safe';

/** Tells one state of a document from the next. */
export function identity(source: Source): string {
    return source.is === 'content' ? source.reference.id : JSON.stringify(source);
}

/** A page as one text; `whole` fetches what is longer than what stands in the panel. */
export async function pageText(parts: PagePart[], whole: (reference: Reference) => Promise<string>): Promise<string> {
    const texts = parts.map(async (part) => {
        if ('text' in part) return part.text;
        const { text, rest } = part.body;
        return markdown(rest ? await whole(rest).catch(() => `${text}\n\n…`) : text);
    });
    return (await Promise.all(texts)).join('');
}
