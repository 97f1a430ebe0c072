// How relays are reached: VS Code's own settings for proxies and certificates, as far as they concern one relay.

export interface NetworkSettings {
    /** `http.proxy` */
    proxy: string;
    /** `http.proxySupport` */
    support: string;
    /** `http.noProxy` */
    except: string[];
    /** `jumpseat.relay.caFile` */
    caFile: string;
}

export interface Way { proxy?: string; caFile?: string }

/**
 * The way to a relay. No `proxy` leaves it to the environment's variables; an empty one is none at all.
 */
export function wayTo(relay: string, settings: NetworkSettings, environment: Record<string, string | undefined>): Way {
    const caFile = settings.caFile || environment['NODE_EXTRA_CA_CERTS'];
    const proxy = proxyFor(relay, settings);
    return { ...(proxy === undefined ? {} : { proxy }), ...(caFile ? { caFile } : {}) };
}

/** What the holder is started with: it reaches whatever relay is asked for later. */
export function holderArguments(settings: NetworkSettings, environment: Record<string, string | undefined>): string[] {
    const caFile = settings.caFile || environment['NODE_EXTRA_CA_CERTS'];
    return ['hold', ...(caFile ? ['--ca-file', caFile] : [])];
}

function proxyFor(relay: string, { proxy, support, except }: NetworkSettings): string | undefined {
    if (support === 'off') return '';
    if (!proxy) return undefined;
    const host = /^wss?:\/\/(\[[^\]]+\]|[^/:]+)/.exec(relay)?.[1]?.toLowerCase() ?? '';
    const excepted = except.some((pattern) => {
        const domain = pattern.trim().toLowerCase().replace(/^\*?\./, '');
        return domain === '*' || (domain !== '' && (host === domain || host.endsWith(`.${domain}`)));
    });
    return excepted ? '' : proxy;
}
