import { soundsSecret } from '../secret-names.js'

/** A password in a text, with its position. */
export interface Credential {
  readonly from: number
  readonly to: number
  readonly text: string
}

/**
 * Whether the value after a name in a setting or a URL's query is secret. Here `key` alone counts,
 * unlike in names of variables.
 */
export const namesSecret = (name: string): boolean =>
  soundsSecret(name) || /^(?:auth|key|sig)$/i.test(name)

const longestUrl = 8192

/**
 * The passwords in URLs: `user:password@`, a token instead of the user, and query parameters with
 * secret names.
 */
export function urlCredentials(text: string): readonly Credential[] {
  const found: Credential[] = []
  let at = text.indexOf('://')
  while (at >= 0) {
    const begin = at + 3
    at = text.indexOf('://', begin)
    const end = Math.min(at < 0 ? text.length : at, begin + longestUrl)
    const rest = /^[^\s"'`<>\\]*/.exec(text.slice(begin, end))?.[0] ?? ''
    for (const [from, to] of [userInfo(rest), ...query(rest)]) {
      if (to > from) found.push({ from: begin + from, to: begin + to, text: rest.slice(from, to) })
    }
  }
  return found
}

type Range = readonly [from: number, to: number]
const none: Range = [0, 0]

/** A longer user name is a token: `https://ghp_…@github.com/`. */
const longestUser = 20

const parameter = /(?<=[?&;])([\w.-]+)=([^&;#]+)/g

/** The password in a URL without its scheme. */
function userInfo(url: string): Range {
  const authority = /^[^/?#]*/.exec(url)?.[0] ?? ''
  const colon = authority.indexOf(':')
  const end = authority.lastIndexOf('@')
  if (colon >= 0 && colon < end) return [colon + 1, end]
  if (end >= 0) return end > longestUser ? [0, end] : none
  // A port, or an IPv6 address. Anything else is the start of a password with a slash in it.
  if (colon < 0 || authority.startsWith('[') || /^\d{0,5}$/.test(authority.slice(colon + 1)))
    return none
  return [colon + 1, url.indexOf('@', authority.length)]
}

function query(url: string): readonly Range[] {
  const ranges: Range[] = []
  for (const { 0: whole, 1: name = '', index } of url.matchAll(parameter)) {
    if (namesSecret(name)) ranges.push([index + name.length + 1, index + whole.length])
  }
  return ranges
}

/** One argument of a command line, quoted or not. */
const word = String.raw`(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'=-][^\s"']*))`
/** Other arguments between a program and its option. */
const arguments_ = String.raw`\b[^\n|;&]{0,200}?\s`

/**
 * Options that take a password. `sign` is a substring of every match, tested first because it is
 * cheap.
 */
const passwordOptions: readonly (readonly [sign: string, pattern: RegExp])[] = [
  ['sshpass', new RegExp(`\\bsshpass${arguments_}-p\\s*${word}`, 'dg')],
  ['mysql', new RegExp(`\\bmysql\\w*${arguments_}-p${word}`, 'dg')],
  ['mariadb', new RegExp(`\\bmariadb[\\w-]*${arguments_}-p${word}`, 'dg')],
  [
    'curl',
    new RegExp(`\\bcurl${arguments_}(?:-u|--user)[ =]?["']?[^\\s:"']{1,64}:([^\\s"']+)`, 'dg'),
  ],
  [
    '--',
    new RegExp(`(?<=^|\\s)--(?:[\\w-]{0,32}-)?(?:password|passwd|token|secret)=${word}`, 'dg'),
  ],
]

/**
 * The passwords in command lines: `sshpass -p …`, `mysql -p…`, `curl -u user:…`, `--password=…`.
 */
function commandCredentials(text: string): readonly Credential[] {
  const found: Credential[] = []
  for (const [sign, pattern] of passwordOptions) {
    if (!text.includes(sign)) continue
    for (const { indices } of text.matchAll(pattern)) {
      const [from, to] = firstGroup(indices)
      if (to > from) found.push({ from, to, text: text.slice(from, to) })
    }
  }
  return found
}

/** The first group that matched. The types do not tell that the others are undefined. */
function firstGroup(indices: readonly (Range | undefined)[] = []): Range {
  return indices.slice(1).find((range) => range !== undefined) ?? none
}

/** All passwords that are recognised by their context. */
export const credentials = (text: string): readonly Credential[] => [
  ...urlCredentials(text),
  ...commandCredentials(text),
]
