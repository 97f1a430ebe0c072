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
    /** Without `http.systemCertificates`: a file with all authorities that are trusted, in place of the system's. */
    instead?: string;
}

export interface Way {
    proxy?: string;
    caFile?: string;
    systemAuthorities?: false;
}

/**
 * The way to a relay. No `proxy` leaves it to the environment's variables; an empty one is none at all.
 */
export function wayTo(relay: string, settings: NetworkSettings, environment: Record<string, string | undefined>): Way {
    const proxy = proxyFor(relay, settings);
    const trust = settings.instead
        ? { caFile: settings.instead, systemAuthorities: false as const }
        : trusted(settings, environment);
    return { ...(proxy === undefined ? {} : { proxy }), ...trust };
}

/** Whom one trusts besides. */
export function trusted(
    { caFile }: Pick<NetworkSettings, 'caFile'>,
    environment: Record<string, string | undefined>,
): { caFile?: string } {
    const file = caFile || environment['NODE_EXTRA_CA_CERTS'];
    return file ? { caFile: file } : {};
}

/** What the holder is started with: it reaches whatever relay is asked for later. */
export function holderArguments(settings: NetworkSettings, environment: Record<string, string | undefined>): string[] {
    const { caFile } = trusted(settings, environment);
    return ['hold', ...(caFile ? ['--ca-file', caFile] : [])];
}

/**
 * What its environment says of proxies and of the system's authorities: in place of what this process was started with. A
 * holder that runs already keeps what it has.
 */
export function holderEnvironment(settings: NetworkSettings): Record<string, string> {
    return { ...proxies(settings), ...(settings.instead ? { SSL_CERT_FILE: settings.instead } : {}) };
}

function proxies({ proxy, support, except }: NetworkSettings): Record<string, string> {
    if (support === 'off') return { ...NO_PROXIES };
    if (!proxy) return {};
    const direct = except.join(',');
    return {
        ...NO_PROXIES,
        ALL_PROXY: proxy,
        all_proxy: proxy,
        ...(direct ? { NO_PROXY: direct, no_proxy: direct } : {}),
    };
}

const NO_PROXIES = { HTTP_PROXY: '', HTTPS_PROXY: '', ALL_PROXY: '', http_proxy: '', https_proxy: '', all_proxy: '' };

function proxyFor(relay: string, { proxy, support, except }: NetworkSettings): string | undefined {
    if (support === 'off') return '';
    if (!proxy) return undefined;
    const host = /^wss?:\/\/(\[[^\]]+\]|[^/:]+)/.exec(relay)?.[1]?.toLowerCase() ?? '';
    const excepted = except.some((pattern) => {
        const domain = pattern
            .trim()
            .toLowerCase()
            .replace(/^\*?\./, '');
        return domain === '*' || (domain !== '' && (host === domain || host.endsWith(`.${domain}`)));
    });
    return excepted ? '' : proxy;
}
