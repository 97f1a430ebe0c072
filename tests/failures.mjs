// A reporter for Node's test runner that lists only failures, for the end of a long run.

export default async function* failures(events) {
    for await (const { type, data } of events) {
        if (type !== 'test:fail') continue;
        const { error } = data.details;
        // A parent fails with its subtests, which are listed themselves.
        if (error.failureType === 'subtestsFailed') continue;
        yield `✖ ${data.name} (${data.file ?? ''}:${data.line ?? ''})\n${error.cause?.stack ?? error.message}\n\n`;
    }
}
