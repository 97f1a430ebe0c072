// A way to a relay that can be made to hold back what comes from it.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { linkTo, parts } from './links.mjs';

export class Throttle {
    /** In front of a link's relay. */
    static async before(link) {
        const throttle = new Throttle();
        const told = parts(link);
        const { hostname, port } = new URL(told.relay);
        throttle.open = true;
        throttle.lines = new Set();
        throttle.server = createServer((near) => {
            const far = connect(port, hostname);
            near.pipe(far);
            throttle.lines.add({ near, far });
            far.on('data', (bytes) => throttle.#pass(near, far, bytes));
            for (const [one, other] of [[near, far], [far, near]]) {
                one.on('error', () => other.destroy());
                one.on('close', () => other.destroy());
            }
        }).listen(0, '127.0.0.1');
        await once(throttle.server, 'listening');
        throttle.link = linkTo({ ...told, relay: told.relay.replace(`:${port}`, `:${throttle.server.address().port}`) });
        return throttle;
    }

    #pass(near, far, bytes) {
        near.write(bytes);
        this.left -= bytes.length;
        if (!this.open && this.left <= 0) far.pause();
    }

    /** From now on only so many bytes come through. */
    close(bytes) {
        this.open = false;
        this.left = bytes;
    }

    /** All of it comes through. */
    release() {
        this.open = true;
        for (const { far } of this.lines) far.resume();
    }

    end() {
        for (const { near, far } of this.lines) for (const one of [near, far]) one.destroy();
        this.server.close();
    }
}
