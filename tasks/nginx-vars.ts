import { z } from 'fettle'

const host = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    'must be a name in lower case, such as demo.example.org, or an IPv4 address',
  )
const port = z.number().int().min(1).max(65535)
const pem = z
  .string()
  .regex(/^[\w.@+/-]+$/, "must be a path: of the project's, or, when it is absolute, of the host's")

const isOnHost = (path: string): boolean => path.startsWith('/')

/** nginx in front of the app and its hook. Left out, nothing of it is managed. */
export const NginxVars = z
  .strictObject({
    /** The name that visitors and GitHub use. */
    server_name: host,
    /** Further names for the same site. */
    aliases: z.array(host).default([]),

    /**
     * The certificate with its chain, and its private key, both PEM. A relative path is a file of
     * the project, which nginx gets and follows when it changes; an absolute one is a file of the
     * host that something else keeps, such as certbot. Without them the site is served over HTTP
     * alone.
     */
    certificate: pem.optional(),
    certificate_key: pem.optional(),

    http_port: port.default(80),
    https_port: port.default(443),
    /**
     * With a certificate: answer on the HTTP port too, with a redirect to HTTPS and nothing else.
     */
    redirect: z.boolean().default(true),
    /**
     * Seconds for which browsers refuse to come back without TLS (Strict-Transport-Security). They
     * cannot be called back: begin with a few minutes.
     */
    hsts: z.number().int().positive().optional(),
    /** How large a request may be, as nginx writes it. GitHub's deliveries have up to 25 MB. */
    max_body: z
      .string()
      .regex(/^\d+[kmg]?$/, 'must be a number of bytes with k, m or g behind it')
      .default('25m'),
    /** Listen on IPv6 too; where the host's kernel has none, nginx would not start. */
    ipv6: z.boolean().default(true),
  })
  .refine(
    ({ certificate, certificate_key }) =>
      certificate === undefined || certificate_key !== undefined,
    { path: ['certificate_key'], message: 'must be given with certificate' },
  )
  .refine(
    ({ certificate, certificate_key }) =>
      certificate_key === undefined || certificate !== undefined,
    { path: ['certificate'], message: 'must be given with certificate_key' },
  )
  .refine(
    ({ certificate, certificate_key }) =>
      certificate === undefined ||
      certificate_key === undefined ||
      isOnHost(certificate) === isOnHost(certificate_key),
    {
      path: ['certificate_key'],
      message: 'must be where certificate is: both in the project, or both on the host',
    },
  )
  .refine(({ certificate, hsts }) => hsts === undefined || certificate !== undefined, {
    path: ['hsts'],
    message: 'must be left out where there is no certificate',
  })
  .refine(
    ({ certificate, http_port, https_port }) =>
      certificate === undefined || http_port !== https_port,
    { path: ['https_port'], message: 'must be another port than http_port' },
  )

export type NginxVars = z.output<typeof NginxVars>

/** Where nginx's certificate and key come from; null for HTTP alone. */
export function certificateOf({ certificate, certificate_key: key }: NginxVars): {
  readonly certificate: string
  readonly key: string
  readonly isOnHost: boolean
} | null {
  return certificate === undefined || key === undefined
    ? null
    : { certificate, key, isOnHost: isOnHost(certificate) }
}

/** The port that the site is served on, and whether an address may leave it out. */
export function portOf({ certificate, http_port, https_port }: NginxVars): {
  readonly port: number
  readonly isUsual: boolean
} {
  const [port, usual] = certificate === undefined ? [http_port, 80] : [https_port, 443]
  return { port, isUsual: port === usual }
}

/** The site's public address, without a slash at its end. */
export function originOf(vars: NginxVars): string {
  const { port, isUsual } = portOf(vars)
  return `${vars.certificate === undefined ? 'http' : 'https'}://${vars.server_name}${isUsual ? '' : `:${String(port)}`}`
}
