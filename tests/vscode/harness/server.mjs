// The process of a real VS Code, with folders, settings and extensions of its own.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

import { until } from './wait.mjs';
import { top } from './window.mjs';

const SETTINGS = {
    'terminal.integrated.gpuAcceleration': 'off', 'workbench.startupEditor': 'none',
    'security.workspace.trust.enabled': false, 'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden', 'workbench.tips.enabled': false,
    'extensions.autoCheckUpdates': false, 'remote.autoForwardPorts': false, 'terminal.integrated.initialHint': false,
    'terminal.integrated.defaultProfile.linux': 'bash',
};

/** What a package has of it. */
const SHIPPED = ['package.json', 'package.nls.json', 'media', 'dist/extension.js', 'dist/native', 'dist/bin'];

/** Where VS Code is installed. */
const host = join(top, 'target/vscode');

/** The folder of the extension under test: the one that was built last, or an unpacked package. */
export const tested = process.env.JUMPSEAT_EXTENSION ?? join(top, 'vscode-extension');

async function freePort() {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const { port } = server.address();
    await new Promise((closed) => server.close(closed));
    return port;
}

export class Server {
    /**
     * One for whoever is called `name`, with this `extension` installed: `copied` where a test changes it. With a `clock`
     * of its own, time can be let pass for it. Programs that it is `without` are installed nowhere for it.
     */
    constructor(name, { settings = {}, extension = tested, copied = false, clock = false, without = [] } = {}) {
        this.run = mkdtempSync(join(tmpdir(), `js-${name}-`));
        const { run } = this;
        for (const folder of ['data/User', 'home', 'work', 'browser', 'extensions']) mkdirSync(join(run, folder), { recursive: true });
        mkdirSync(join(run, 'runtime'), { mode: 0o700 });
        writeFileSync(join(run, 'data/User/settings.json'), JSON.stringify({ ...SETTINGS, 'jumpseat.name': name, ...settings }));
        writeFileSync(join(run, 'home/.bashrc'), "PS1='$ '\nunset HISTFILE\n");
        // Installed, not in development: notifications and questions come as they come to everyone.
        this.installed = join(run, 'extensions/jumpseat.jumpseat-0.1.0');
        if (copied) {
            for (const part of SHIPPED) cpSync(join(extension, part), join(this.installed, part), { recursive: true });
        } else {
            symlinkSync(extension, this.installed);
        }
        cpSync(join(import.meta.dirname, 'driver'), join(run, 'extensions/jumpseat.driver-1.0.0'), { recursive: true });
        this.portFile = join(run, 'driver.port');
        this.env = {
            ...process.env, HOME: join(run, 'home'), XDG_RUNTIME_DIR: join(run, 'runtime'), SHELL: '/bin/bash',
            EXTENSIONS_GALLERY: '{}', E2E_PORT_FILE: this.portFile, TERM: 'xterm-256color', SSL_CERT_FILE: join(run, 'authorities.pem'),
        };
        // What tells a test runner's children that they are tests is not for what is tested.
        for (const key of ['JUMPSEAT_CONFIG', 'NODE_TEST_CONTEXT', 'NODE_OPTIONS']) delete this.env[key];
        // The authorities that the system vouches for: none, until a test writes some there.
        this.authorities = join(run, 'authorities.pem');
        writeFileSync(this.authorities, '');
        this.node = join(host, 'bin/node');
        if (clock) this.#setClock();
        if (without.length > 0) this.#setPrograms(without);
    }

    /** Of a folder with every program but these. VS Code asks a login shell where programs are, too. */
    #setPrograms(without) {
        const folder = join(this.run, 'programs');
        mkdirSync(folder);
        for (const program of this.env.PATH.split(delimiter).flatMap((place) => globSync(join(place, '*')))) {
            const link = join(folder, basename(program));
            if (!without.includes(basename(program)) && !existsSync(link)) symlinkSync(program, link);
        }
        this.env.PATH = folder;
        writeFileSync(join(this.run, 'home/.bash_profile'), `export PATH='${folder}'\n. ~/.bashrc\n`);
    }

    /** VS Code takes a library that is to be loaded first out of the environment: so it is in the program. */
    #setClock() {
        const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
        if (!library) throw new Error('libfaketime is missing: install the package faketime');
        const own = join(this.run, 'node');
        cpSync(realpathSync(this.node), own);
        execFileSync('patchelf', ['--add-needed', library, own]);
        this.node = own;
        this.clock = join(this.run, 'clock');
        writeFileSync(this.clock, '+0');
        Object.assign(this.env, { FAKETIME_TIMESTAMP_FILE: this.clock, FAKETIME_CACHE_DURATION: '1', FAKETIME_DISABLE_SHM: '1' });
    }

    /** It is so many seconds later for VS Code and its extensions. */
    later(seconds) {
        const now = Number(readFileSync(this.clock, 'utf8'));
        writeFileSync(`${this.clock}.new`, `+${now + seconds}`);
        renameSync(`${this.clock}.new`, this.clock);
    }

    async start() {
        const { run } = this;
        this.port = await freePort();
        const log = openSync(join(run, 'server.log'), 'a');
        this.process = spawn(this.node, [
            join(host, 'node_modules/code-server/lib/vscode/out/server-main.js'), '--host', '127.0.0.1', '--port', String(this.port), '--without-connection-token', '--accept-server-license-terms',
            '--server-data-dir', join(run, 'server'), '--user-data-dir', join(run, 'data'),
            '--extensions-dir', join(run, 'extensions'), '--telemetry-level', 'off', '--log', 'jumpseat.jumpseat:trace',
        ], { detached: true, stdio: ['ignore', log, log], env: this.env });
        await until('the server', async () => (await fetch(`http://127.0.0.1:${this.port}/version`)).ok);
    }

    get address() {
        return this.addressOf('work');
    }

    /** Where a folder of this run is opened. */
    addressOf(folder) {
        mkdirSync(join(this.run, folder), { recursive: true });
        return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(join(this.run, folder))}`;
    }

    /** The driver in the extension host, as soon as there is one. */
    async driver() {
        await until('the driver', () => existsSync(this.portFile), 60_000);
        return JSON.parse(readFileSync(this.portFile, 'utf8'));
    }

    /** The next driver is another one. */
    forgetDriver() {
        rmSync(this.portFile, { force: true });
    }

    /** What the extension and its holder wrote down last. */
    log() {
        return this.#logs().map((text) => text.split('\n').slice(-20).join('\n')).join('\n');
    }

    /** Tokens that were written down, which none may be. */
    secrets() {
        return this.#logs().flatMap((text) => text.split('\n')).filter((line) => /jst1_[0-9A-Za-z_-]{16}/.test(line));
    }

    #logs() {
        const files = globSync(join(this.run, 'data/logs/*/exthost*/{jumpseat.jumpseat/*.log,*.log}'));
        return files.filter((file) => file.includes('jumpseat')).map((file) => readFileSync(file, 'utf8'));
    }

    async end() {
        if (this.process?.pid) {
            const gone = new Promise((exit) => this.process.once('exit', exit));
            try {
                process.kill(-this.process.pid);
                await gone;
            } catch {
                // It was gone already.
            }
        }
        for (const pid of this.ours()) process.kill(pid, 'SIGKILL');
        rmSync(this.run, { recursive: true, force: true, maxRetries: 5 });
    }

    /** Processes that carry this run's environment and have outlived their server: the holder and what it runs. */
    ours(kind = '') {
        const own = `XDG_RUNTIME_DIR=${join(this.run, 'runtime')}\0`;
        return globSync('/proc/[0-9]*').map((folder) => Number(folder.split('/')[2])).filter((pid) => {
            try {
                return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(own)
                    && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(kind);
            } catch {
                // It ended meanwhile, or is somebody else's.
                return false;
            }
        });
    }
}
