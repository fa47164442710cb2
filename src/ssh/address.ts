interface SocketAddress {
  readonly host: string
  readonly port: number
}

/** Formats `host:port`. IPv6 addresses are bracketed, as in known_hosts and URLs. */
export function showAddress({ host, port }: SocketAddress): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return `${shown}:${port}`
}
