import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { FettleError } from '../core/errors.js'
import { askSsh, type Question } from './ask-ssh.js'
import type { Target } from './target.js'

/** What ssh_config(5) says of a host, as far as Fettle follows it. */
export interface HostConfig {
  readonly host: string
  /** The name that ssh was given, before HostName. */
  readonly originalHost: string
  readonly port: number
  readonly user: string
  /** The name under which known_hosts holds the host's keys, when it is not its own. */
  readonly hostKeyAlias: string | null
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** The agent's socket; null: none. */
  readonly agent: string | null
  readonly knownHostsFiles: readonly string[]
  /** `accept-new`, and `no` too: a changed key is never accepted. */
  readonly acceptNew: boolean
  readonly connectSeconds: number
  readonly keepalive: { readonly seconds: number; readonly count: number }
  /** Names of algorithms that may be used; null: whatever both sides have. */
  readonly algorithms: {
    readonly [K in 'kex' | 'cipher' | 'hmac' | 'serverHostKey']: readonly string[] | null
  }
  /** Ways to log in, in their order. */
  readonly methods: readonly string[]
  readonly family: 0 | 4 | 6
  readonly bindAddress: string | null
  /** Jump hosts as ssh writes them, the one next to the host last; null: none. */
  readonly proxyJump: string | null
  /**
   * A command line whose standard input and output lead to the host, its tokens not expanded; null:
   * none.
   */
  readonly proxyCommand: string | null
  /** The socket of the agent that the host may use; null: none. */
  readonly forwardedAgent: string | null
}

const secondsToConnect = 10
const keepalive = { seconds: 10, count: 3 }

const set = (value: string): boolean => !['none', 'no', 'false', ''].includes(value.toLowerCase())

/**
 * What is asked for and cannot be done is an error. What Fettle does not need (LocalForward,
 * ControlMaster, SendEnv …) is passed over, and so is GSSAPIAuthentication: Debian's ssh_config
 * permits it for every host, and it is one way of several. `login` is what matters on the way to a
 * host too; ssh itself lets nothing else of a jump host's configuration hold there (`-W`).
 */
const unsupported: Readonly<
  Record<
    string,
    {
      readonly name: string
      readonly login?: true
      readonly asked?: (value: string) => boolean
      readonly remedy?: string
    }
  >
> = {
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
    asked: (value) => set(value) && value !== 'internal',
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

const ownOption = /^-[JFo]/

/** ssh's own `-J`, `-F` and `-o`, each with its value; anything else is refused. */
function commonArguments({ name, commonArguments: given = [] }: Target): readonly string[] {
  for (let index = 0; index < given.length; index += 1) {
    const option = given[index] ?? ''
    if (!ownOption.test(option))
      throw new FettleError('option-invalid', {
        message: `${name}: ansible_ssh_common_args holds ${JSON.stringify(option)}: only -J, -F and -o are understood`,
      })
    if (option.length > 2) continue
    index += 1
    if (given[index] === undefined)
      throw new FettleError('option-invalid', {
        message: `${name}: ansible_ssh_common_args ends with ${option}, which needs a value`,
      })
  }
  return given
}

/**
 * Whether these say the same of every host, whatever its name. ssh tells the tokens of proxies as
 * they are.
 */
const sayTheSame = (given: readonly string[]): boolean =>
  !given.some(
    (word) =>
      !/^(-o)?\s*proxy(command|jump)\b/i.test(word) &&
      /%|^-F|^(-o)?\s*(host|hostname|match|include|canonical\w*)\b/i.test(word),
  )

/**
 * What no name may hold. One that begins with a dash would be an option to ssh, and a shell expands
 * `$`; the rest OpenSSH itself refuses since 9.6. Users of a domain have backslashes and spaces in
 * their names: `DOM\\alice`.
 */
const refusedNames = {
  host: /^$|^-|[\s'"`$\\;&<>|(){}]/,
  user: /^$|^-|\s-|\\$|[\p{Cc}'"`$;&<>|(){}]/u,
} as const

function questionFor(target: Target, sshConfig: string | undefined): Question {
  for (const [what, value] of [
    ['host', target.host],
    ['user', target.user],
  ] as const) {
    if (value !== undefined && refusedNames[what].test(value))
      throw new FettleError('option-invalid', {
        message: `${target.name}: ${JSON.stringify(value)} is not a name of a ${what}`,
      })
  }
  const options = [
    ...(sshConfig === undefined ? [] : ['-F', sshConfig]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...commonArguments(target),
  ]
  return {
    name: target.name,
    host: target.host.replace(/^\[(.*)\]$/, '$1'),
    options,
    sshConfig: sayTheSame(target.commonArguments ?? []) ? sshConfig : null,
  }
}

/**
 * Asks OpenSSH what holds for a host. The inventory's own values are ssh's arguments and win, as
 * they do there.
 * @param use whether there will be a shell, or only a way to another host
 */
export async function resolveConfig(
  target: Target,
  sshConfig?: string,
  use: Use = 'shell',
): Promise<HostConfig> {
  const answer = await askSsh(questionFor(target, sshConfig))
  if (answer !== null) return readConfig(answer, target, use)
  if (sshConfig !== undefined || target.commonArguments !== undefined) {
    throw new FettleError('ssh-config-unsupported', {
      message: `${target.name}: there is no ssh on this machine to read ssh_config with`,
      remedy: 'install openssh-client',
    })
  }
  return readConfig(
    `hostname ${target.host.replace(/^\[(.*)\]$/, '$1')}\nuser ${target.user ?? userInfo().username}\nport ${target.port ?? 22}\n${defaults}`,
    target,
  )
}

/** What ssh -G answers on a machine without any configuration, as far as it is read here. */
const defaults = `identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ecdsa
identityfile ~/.ssh/id_ed25519
userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2`

type Use = 'shell' | 'jump'

/** The output of `ssh -G`, understood. */
export function readConfig(
  answer: string,
  target: Pick<Target, 'name' | 'host'>,
  use: Use = 'shell',
): HostConfig {
  const values = new Map<string, string[]>()
  for (const line of answer.split('\n')) {
    const space = line.indexOf(' ')
    const [option, value] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)]
    values.set(option, [...(values.get(option) ?? []), value.trim()])
  }
  const first = (option: string): string | undefined => values.get(option)?.[0]
  const list = (option: string): readonly string[] | null => first(option)?.split(',') ?? null
  for (const [option, { name, login = false, asked = set, remedy }] of Object.entries(
    unsupported,
  )) {
    const value = login || use === 'shell' ? values.get(option)?.find(asked) : undefined
    if (value !== undefined)
      throw new FettleError('ssh-config-unsupported', {
        message: `${target.name}: ssh_config sets ${name} ${value}, which Fettle cannot do yet`,
        remedy:
          use === 'jump'
            ? `let ssh itself go through it: ProxyCommand ssh -W %h:%p ${target.host}`
            : (remedy ?? `set ${name} otherwise for this host, in a file that --ssh-config names`),
      })
  }
  const originalHost = target.host.replace(/^\[(.*)\]$/, '$1')
  const host = first('hostname') ?? originalHost
  const user = first('user') ?? userInfo().username
  const port = Number(first('port') ?? 22)
  const path = (text: string): string =>
    expand(text, { h: host, n: originalHost, r: user, p: String(port) })
  const number = (option: string): number | null =>
    /^[1-9]\d*$/.test(first(option) ?? '') ? Number(first(option)) : null
  const files = (option: string): readonly string[] =>
    (first(option) ?? '')
      .split(' ')
      .filter((file) => file !== '' && file !== 'none')
      .map(path)
  const agent = agentSocket(first('identityagent'), path)
  return {
    host,
    originalHost,
    port,
    user,
    hostKeyAlias: first('hostkeyalias') ?? null,
    identityFiles: (values.get('identityfile') ?? []).filter(set).map(path),
    identitiesOnly: first('identitiesonly') === 'yes',
    agent,
    knownHostsFiles: [...files('userknownhostsfile'), ...files('globalknownhostsfile')],
    acceptNew: ['accept-new', 'no', 'off', 'false'].includes(
      first('stricthostkeychecking') ?? 'ask',
    ),
    connectSeconds: number('connecttimeout') ?? secondsToConnect,
    keepalive: {
      seconds: number('serveraliveinterval') ?? keepalive.seconds,
      count: number('serveralivecountmax') ?? keepalive.count,
    },
    algorithms: {
      kex: list('kexalgorithms'),
      cipher: list('ciphers'),
      hmac: list('macs'),
      serverHostKey: list('hostkeyalgorithms'),
    },
    methods: methods(first),
    family: first('addressfamily') === 'inet' ? 4 : first('addressfamily') === 'inet6' ? 6 : 0,
    bindAddress: first('bindaddress') ?? null,
    proxyJump: first('proxyjump') ?? null,
    proxyCommand: first('proxycommand') ?? null,
    forwardedAgent: forwardedAgent(first('forwardagent') ?? 'no', agent, path),
  }
}

function methods(first: (option: string) => string | undefined): readonly string[] {
  const allowed = {
    publickey: first('pubkeyauthentication'),
    password: first('passwordauthentication'),
    'keyboard-interactive': first('kbdinteractiveauthentication'),
  }
  const preferred = first('preferredauthentications')?.split(',') ?? Object.keys(allowed)
  return Object.entries(allowed)
    .filter(([method, value]) => preferred.includes(method) && set(value ?? 'yes'))
    .map(([method]) => method)
}

function agentSocket(value: string | undefined, path: (text: string) => string): string | null {
  if (value === 'none') return null
  const named =
    value === undefined || value === 'SSH_AUTH_SOCK'
      ? process.env['SSH_AUTH_SOCK']
      : value.startsWith('$') && !value.startsWith('${')
        ? process.env[value.slice(1)]
        : path(value)
  return named === undefined || named === '' ? null : named
}

/** `yes`, or the socket of another agent than the one that logs in. */
function forwardedAgent(
  value: string,
  own: string | null,
  path: (text: string) => string,
): string | null {
  if (!set(value)) return null
  return value === 'yes' || value === 'true' ? own : agentSocket(value, path)
}

/**
 * Tokens of whoever runs this; the account is looked up in files, so only where a path names it.
 */
const own: Readonly<Record<string, () => string>> = {
  d: homedir,
  u: () => userInfo().username,
  i: () => String(userInfo().uid),
  '%': () => '%',
}

/** `~`, `${NAME}` and the tokens of ssh_config(5) that a path may hold. */
function expand(text: string, tokens: Readonly<Record<string, string>>): string {
  const home = text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text
  return home
    .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? own[token]?.() ?? whole)
}
