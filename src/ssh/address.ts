/** `host:port`, as known_hosts and URLs tell an IPv6 address from its port. */
export const showAddress = ({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
