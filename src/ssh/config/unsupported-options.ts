import { FettleError } from '../../core/errors.js'

/** What the connection is for: a shell on the host, or only a way to another host. */
export type Use = 'shell' | 'jump'

/** Whether the value turns the option on. */
export const isSet = (value: string): boolean =>
  !['none', 'no', 'false', ''].includes(value.toLowerCase())

interface Unsupported {
  readonly name: string
  readonly login?: true
  /** Whether the value asks for what is unsupported. Left out: `isSet`. */
  readonly asked?: (value: string) => boolean
  readonly remedy?: string
}

/**
 * Options that are errors when set, because Fettle cannot do what they ask for. Options that Fettle
 * does not need (LocalForward, ControlMaster, SendEnv …) are ignored, and so is
 * GSSAPIAuthentication: Debian's ssh_config enables it for every host, and it is one way of
 * several. `login` marks those that also matter for jump hosts; ssh itself ignores all other
 * options of a jump host (`-W`).
 */
const unsupported: Readonly<Record<string, Unsupported>> = {
  proxyusefdpass: {
    name: 'ProxyUseFdpass',
    login: true,
    remedy: 'let the ProxyCommand pass the bytes itself (nc without -F)',
  },
  certificatefile: {
    name: 'CertificateFile',
    login: true,
    remedy: 'give Fettle a key that the host knows by itself, or reach the host by another user',
  },
  pkcs11provider: {
    name: 'PKCS11Provider',
    login: true,
    remedy: 'load the provider into ssh-agent (ssh-add -s) and leave the option out for this host',
  },
  securitykeyprovider: {
    name: 'SecurityKeyProvider',
    login: true,
    asked: (value) => isSet(value) && value !== 'internal',
  },
  bindinterface: { name: 'BindInterface', login: true, remedy: 'use BindAddress' },
  knownhostscommand: {
    name: 'KnownHostsCommand',
    login: true,
    remedy: "write the keys into the project's inventory/known_hosts",
  },
  revokedhostkeys: {
    name: 'RevokedHostKeys',
    login: true,
    remedy: 'write the keys into known_hosts, marked @revoked',
  },
  hostbasedauthentication: { name: 'HostbasedAuthentication', login: true },
  gssapikeyexchange: { name: 'GSSAPIKeyExchange', login: true },
  gssapidelegatecredentials: { name: 'GSSAPIDelegateCredentials' },
  forwardx11: { name: 'ForwardX11' },
  remoteforward: { name: 'RemoteForward' },
  remotecommand: { name: 'RemoteCommand' },
  tunnel: { name: 'Tunnel' },
  permitlocalcommand: { name: 'PermitLocalCommand' },
}

/**
 * Refuses ssh_config options that Fettle cannot follow.
 * @throws FettleError `ssh-config-unsupported`
 */
export function refuseUnsupported(
  values: ReadonlyMap<string, readonly string[]>,
  { name: place, host }: { readonly name: string; readonly host: string },
  use: Use,
): void {
  for (const [option, refusal] of Object.entries(unsupported)) {
    const { name, login = false, asked = isSet, remedy } = refusal
    if (use === 'jump' && !login) continue
    const value = values.get(option)?.find(asked)
    if (value === undefined) continue
    const usual = remedy ?? `set ${name} otherwise for this host, in a file that --ssh-config names`
    const throughSsh = `let ssh itself go through it: ProxyCommand ssh -W %h:%p ${host}`
    throw new FettleError('ssh-config-unsupported', {
      message: `${place}: ssh_config sets ${name} ${value}, which Fettle cannot do yet`,
      remedy: use === 'jump' ? throughSsh : usual,
    })
  }
}
