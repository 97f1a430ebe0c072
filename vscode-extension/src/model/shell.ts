// The shell of a held terminal: VS Code's default profile, in the environment of VS Code's own terminals. The holder
// was started by whichever window came first, so nothing of its own environment is taken over.

/** What VS Code's settings say of terminals. */
export interface ShellSettings {
    /** `terminal.integrated.profiles.*` */
    profiles: Record<string, { path?: string | string[]; args?: string | string[] } | null>;
    /** `terminal.integrated.defaultProfile.*` */
    chosen: string | null;
    /** `terminal.integrated.env.*`; null takes a variable out. */
    env: Record<string, string | null>;
    /** What VS Code would start. */
    fallback: string;
    version: string;
}

export interface ShellStart {
    command: string[];
    env: Record<string, string>;
    inherit_env: false;
}

/** Our own variables, and what VS Code's processes say to each other. A token is nobody's but the person's. */
const PRIVATE = /^(ELECTRON_|VSCODE_(?!IPC_HOOK_CLI$|PORTABLE$)|JUMPSEAT_(TOKEN|SESSION)$|APPLICATION_INSIGHTS)/;

export function shellStart(environment: Record<string, string | undefined>, settings: ShellSettings): ShellStart {
    return { command: command(settings), env: variables(environment, settings), inherit_env: false };
}

function command({ profiles, chosen, fallback }: ShellSettings): string[] {
    const named = chosen === null ? undefined : profiles[chosen];
    const profile = named?.path
        ? named
        : Object.values(profiles).find((other) => other?.path && base(first(other.path)) === base(fallback));
    if (!profile?.path) return fallback ? [fallback] : [];
    // A bare name is looked up by whoever starts it.
    const path = profile === named ? first(profile.path) : fallback;
    const { args = [] } = profile;
    return [path, ...(typeof args === 'string' ? [args] : args)];
}

function variables(environment: Record<string, string | undefined>, settings: ShellSettings): Record<string, string> {
    const all: Record<string, string> = {};
    for (const [name, value] of Object.entries(environment)) {
        if (value !== undefined && !PRIVATE.test(name)) all[name] = value;
    }
    // As in VS Code's own terminals; its shell integration, where a person sources it, stays out: the holder brings one.
    Object.assign(all, {
        TERM_PROGRAM: 'vscode',
        TERM_PROGRAM_VERSION: settings.version,
        COLORTERM: 'truecolor',
        TERM: 'xterm-256color',
        VSCODE_SHELL_INTEGRATION: '1',
    });
    for (const [name, value] of Object.entries(settings.env)) {
        if (value === null) delete all[name];
        else all[name] = value.replace(/\$\{env:([^}]+)\}/g, (_, other: string) => environment[other] ?? '');
    }
    return all;
}

function first(path: string | string[]): string {
    return typeof path === 'string' ? path : (path[0] ?? '');
}

function base(path: string): string {
    return (
        path
            .split(/[\\/]/)
            .pop()
            ?.replace(/\.exe$/i, '') ?? ''
    );
}
