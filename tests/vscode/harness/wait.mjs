// Waiting for what a test expects, with what was there instead when it does not come.

/** Asks until the answer is true; the last answer or error is in the failure. */
export async function until(what, ask, limit = 90_000) {
    const end = Date.now() + limit;
    let last;
    while (Date.now() < end) {
        try {
            last = await ask();
            if (last) return last;
        } catch (error) {
            last = error;
        }
        await new Promise((next) => setTimeout(next, 40)); // sleep: between two looks at another process
    }
    throw new Error(`waited in vain for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
