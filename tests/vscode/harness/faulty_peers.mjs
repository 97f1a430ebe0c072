// What stands between two ends, and is not as it should be: another relay's protocol, a proxy, a certificate.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';

async function listening(server) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: server.address().port, end: () => { server.closeAllConnections(); server.close(); } };
}

/** A relay that takes no one's version of the protocol: close code 4006. */
export async function strangeRelay() {
    const server = createServer();
    server.on('upgrade', (request, socket) => {
        const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            + `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}\r\n\r\n`);
        socket.once('data', () => socket.end(Buffer.from([0x88, 2, 4006 >> 8, 4006 & 0xff])));
        socket.on('error', () => {});
    });
    return listening(server);
}

/** A proxy that leads everyone to `port` of this machine, and notes whom they asked for. */
export async function proxy(port) {
    const asked = [];
    const server = createServer();
    server.on('connect', (request, near) => {
        asked.push(request.url);
        const far = connect(port, '127.0.0.1', () => {
            near.write('HTTP/1.1 200 Connection established\r\n\r\n');
            near.pipe(far).pipe(near);
        });
        for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => other.destroy());
    });
    return { asked, ...await listening(server) };
}

/** An authority, and a certificate of it for `localhost` and `relay.test`: files in PEM. */
export function certificates(folder) {
    const at = (name) => join(folder, `${name}.pem`);
    const make = (name, ...more) => execFileSync('openssl', [
        'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
        '-keyout', at(`${name}-key`), '-out', at(name), ...more,
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    make('authority');
    make('relay', '-CA', at('authority'), '-CAkey', at('authority-key'),
        '-addext', 'subjectAltName=DNS:localhost,DNS:relay.test', '-addext', 'basicConstraints=critical,CA:FALSE');
    return { authority: at('authority'), certificate: at('relay'), key: at('relay-key') };
}
