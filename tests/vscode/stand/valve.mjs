// A way to a relay that can be made to hold back what comes from it.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

import { linkTo, parts } from './links.mjs';

export class Valve {
    /** In front of a link's relay. */
    static async before(link) {
        const valve = new Valve();
        const told = parts(link);
        const { hostname, port } = new URL(told.relay);
        valve.open = true;
        valve.lines = new Set();
        valve.server = createServer((near) => {
            const far = connect(port, hostname);
            near.pipe(far);
            valve.lines.add({ near, far });
            far.on('data', (bytes) => valve.#pass(near, far, bytes));
            for (const [one, other] of [[near, far], [far, near]]) {
                one.on('error', () => other.destroy());
                one.on('close', () => other.destroy());
            }
        }).listen(0, '127.0.0.1');
        await once(valve.server, 'listening');
        valve.link = linkTo({ ...told, relay: told.relay.replace(`:${port}`, `:${valve.server.address().port}`) });
        return valve;
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
