// Lets a test evaluate functions in the extension host.
const http = require('node:http');
const fs = require('node:fs');
const vscode = require('vscode');

exports.activate = () => {
    // When a test moves the clock, the server closes a kept-alive connection just as the next request reuses it. So each
    // request has its own connection, without timeouts.
    const timeless = { requestTimeout: 0, headersTimeout: 0 };
    const server = http.createServer(timeless, async (request, response) => {
        response.setHeader('connection', 'close');
        let body = '';
        for await (const chunk of request) body += chunk;
        const { fn, args } = JSON.parse(body);
        let answer;
        try {
            answer = { value: await new Function(`return (${fn})`)()(vscode, ...args) };
        } catch (error) {
            answer = { error: String(error.stack) };
        }
        response.end(JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1', () => {
        // Written aside and renamed: whoever waits for the file reads all of it.
        const file = process.env.E2E_PORT_FILE;
        fs.writeFileSync(`${file}.new`, JSON.stringify({ port: server.address().port, pid: process.pid }));
        fs.renameSync(`${file}.new`, file);
    });
};
