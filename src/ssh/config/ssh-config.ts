import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { FettleError } from '../../core/errors.js'
import { askSsh } from './ask-ssh.js'
import { questionFor, withoutBrackets } from './ssh-arguments.js'
import type { Target } from '../target.js'
import { isSet, refuseUnsupported, type Use } from './unsupported-options.js'

/** The options of ssh_config(5) that Fettle follows, resolved for one host. */
export interface HostConfig {
  readonly host: string
  /** The name given to ssh, before HostName replaced it. */
  readonly originalHost: string
  readonly port: number
  readonly user: string
  /** The name to look the host up by in known_hosts (HostKeyAlias); null: its own. */
  readonly hostKeyAlias: string | null
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** The agent's socket; null: none. */
  readonly agent: string | null
  readonly knownHostsFiles: readonly string[]
  /** True for `accept-new`, and for `no`: a changed key is never accepted. */
  readonly acceptNew: boolean
  readonly connectSeconds: number
  readonly keepalive: { readonly seconds: number; readonly count: number }
  /** Algorithm names that may be used; null: no restriction. */
  readonly algorithms: {
    readonly [K in 'kex' | 'cipher' | 'hmac' | 'serverHostKey']: readonly string[] | null
  }
  /** Authentication methods, in order of preference. */
  readonly methods: readonly string[]
  readonly family: 0 | 4 | 6
  readonly bindAddress: string | null
  /** Jump hosts in ssh's syntax, the one next to the host last; null: none. */
  readonly proxyJump: string | null
  /**
   * A command line whose standard input and output lead to the host, tokens not expanded; null:
   * none.
   */
  readonly proxyCommand: string | null
  /** The socket of the agent to forward to the host; null: none. */
  readonly forwardedAgent: string | null
}

const secondsToConnect = 10
const keepalive = { seconds: 10, count: 3 }

/**
 * Resolves a host's configuration with `ssh -G`. The inventory's values are passed as ssh
 * arguments, so they take precedence as they do in ssh.
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
  const host = withoutBrackets(target.host)
  const user = target.user ?? userInfo().username
  const unasked = `hostname ${host}\nuser ${user}\nport ${target.port ?? 22}\n${defaults}`
  return readConfig(unasked, target)
}

/**
 * What `ssh -G` answers on a machine without any configuration, reduced to the options that are
 * read here.
 */
const defaults = `identityfile ~/.ssh/id_rsa
identityfile ~/.ssh/id_ecdsa
identityfile ~/.ssh/id_ed25519
userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2
globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2`

const acceptingNew = ['accept-new', 'no', 'off', 'false']
const families: ReadonlyMap<string | undefined, 4 | 6> = new Map([
  ['inet', 4],
  ['inet6', 6],
])

/** Parses the output of `ssh -G`. */
export function readConfig(
  answer: string,
  target: Pick<Target, 'name' | 'host'>,
  use: Use = 'shell',
): HostConfig {
  const values = valuesIn(answer)
  refuseUnsupported(values, target, use)
  const first = (option: string): string | undefined => values.get(option)?.[0]
  const list = (option: string): readonly string[] | null => first(option)?.split(',') ?? null
  const number = (option: string): number | null => wholeNumber(first(option) ?? '')
  const originalHost = withoutBrackets(target.host)
  const host = first('hostname') ?? originalHost
  const user = first('user') ?? userInfo().username
  const port = Number(first('port') ?? 22)
  const path = (text: string): string =>
    expand(text, { h: host, n: originalHost, r: user, p: String(port) })
  const files = (option: string): readonly string[] => filesIn(first(option) ?? '').map(path)
  const agent = agentSocket(first('identityagent'), path)
  return {
    host,
    originalHost,
    port,
    user,
    hostKeyAlias: first('hostkeyalias') ?? null,
    identityFiles: (values.get('identityfile') ?? []).filter(isSet).map(path),
    identitiesOnly: first('identitiesonly') === 'yes',
    agent,
    knownHostsFiles: [...files('userknownhostsfile'), ...files('globalknownhostsfile')],
    acceptNew: acceptingNew.includes(first('stricthostkeychecking') ?? 'ask'),
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
    family: families.get(first('addressfamily')) ?? 0,
    bindAddress: first('bindaddress') ?? null,
    proxyJump: first('proxyjump') ?? null,
    proxyCommand: first('proxycommand') ?? null,
    forwardedAgent: forwardedAgent(first('forwardagent') ?? 'no', agent, path),
  }
}

/** The values of each option, in order. */
function valuesIn(answer: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  for (const line of answer.split('\n')) {
    const [option = ''] = line.split(' ', 1)
    const value = line.slice(option.length + 1).trim()
    values.set(option, [...(values.get(option) ?? []), value])
  }
  return values
}

const wholeNumber = (text: string): number | null => (/^[1-9]\d*$/.test(text) ? Number(text) : null)

const filesIn = (value: string): readonly string[] =>
  value.split(' ').filter((file) => file !== '' && file !== 'none')

function methods(first: (option: string) => string | undefined): readonly string[] {
  const allowed = {
    publickey: first('pubkeyauthentication'),
    password: first('passwordauthentication'),
    'keyboard-interactive': first('kbdinteractiveauthentication'),
  }
  const preferred = first('preferredauthentications')?.split(',') ?? Object.keys(allowed)
  return Object.entries(allowed)
    .filter(([method, value]) => preferred.includes(method) && isSet(value ?? 'yes'))
    .map(([method]) => method)
}

function agentSocket(value: string | undefined, path: (text: string) => string): string | null {
  if (value === 'none') return null
  return socketNamed(value ?? 'SSH_AUTH_SOCK', path) || null
}

/**
 * Resolves a variable that holds the socket's path (`SSH_AUTH_SOCK`, `$NAME`), or the path itself.
 */
function socketNamed(value: string, path: (text: string) => string): string | undefined {
  if (value === 'SSH_AUTH_SOCK') return process.env[value]
  if (value.startsWith('$') && !value.startsWith('${')) return process.env[value.slice(1)]
  return path(value)
}

/** Resolves ForwardAgent: `yes`, or the socket of an agent other than the one that logs in. */
function forwardedAgent(
  value: string,
  own: string | null,
  path: (text: string) => string,
): string | null {
  if (!isSet(value)) return null
  return value === 'yes' || value === 'true' ? own : agentSocket(value, path)
}

/**
 * Tokens that describe the local user. Functions, because the account is read from files and most
 * paths do not need it.
 */
const localTokens: Readonly<Record<string, () => string>> = {
  d: homedir,
  u: () => userInfo().username,
  i: () => String(userInfo().uid),
  '%': () => '%',
}

/** Expands `~`, `${NAME}` and the tokens that ssh_config(5) allows in a path. */
function expand(text: string, tokens: Readonly<Record<string, string>>): string {
  const home = text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text
  return home
    .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? localTokens[token]?.() ?? whole)
}
