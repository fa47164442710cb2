interface SocketAddress {
  readonly host: string
  readonly port: number
}

/** `host:port`, as known_hosts and URLs tell an IPv6 address from its port. */
export function showAddress({ host, port }: SocketAddress): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return `${shown}:${port}`
}
