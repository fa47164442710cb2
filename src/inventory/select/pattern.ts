import { counted } from '../../core/counted.js'
import { messageOf } from '../../core/error-message.js'
import { FettleError } from '../../core/errors.js'
import { suggestion } from '../../core/names/nearest.js'
import { TimeOver, withinTime } from '../../core/within-time.js'
import type { Inventory, InventoryHost } from '../inventory.js'
import { isAddress } from '../merge/names.js'

interface Term {
  readonly sign: '' | '&' | '!'
  /** Without its sign. */
  readonly text: string
}

/**
 * Selects the hosts of a pattern, with Ansible's syntax and order. Terms are joined by `:` or `,`
 * (by one of them: in a pattern with a comma, `:` belongs to the term). Each is the name of a host
 * or group, a glob, or a `~regexp` anchored at its start; `[0]`, `[-1]`, `[1:3]`, `[1:]` select
 * from the term's hosts. All plain terms are united first, then each `&` intersects, then each `!`
 * excludes, whatever their order; without a plain term the base is `all`. A name of both a host and
 * a group means the host; after `&` and `!` it means the group.
 * @throws FettleError `pattern-no-match` when a term names nothing or no host is left,
 *   `pattern-invalid` when it cannot be parsed
 */
export function selectHosts(inventory: Inventory, pattern: string): readonly InventoryHost[] {
  const terms = splitPattern(pattern).map(termOf)
  if (terms.length === 0)
    throw new FettleError('pattern-invalid', {
      message: 'a pattern of hosts is empty',
      remedy: 'write all for every host',
    })
  const matched = terms.map((term) => ({
    sign: term.sign,
    hosts: hostsOf(inventory, term, pattern),
  }))
  const withSign = (sign: Term['sign']): readonly (readonly string[])[] =>
    matched.filter((term) => term.sign === sign).map(({ hosts }) => hosts)
  const plain = withSign('')
  let selected = new Set(plain.length === 0 ? inventory.groups.get('all') : plain.flat())
  for (const hosts of withSign('&')) selected = intersection(selected, new Set(hosts))
  for (const name of withSign('!').flat()) selected.delete(name)
  if (selected.size === 0)
    throw new FettleError('pattern-no-match', {
      message: `no host matches ${pattern}`,
      remedy: 'its groups have no hosts, or its terms leave none: see fettle inventory --graph',
    })
  return [...selected].flatMap((name) => inventory.hosts.get(name) ?? [])
}

/** Without a sign, a name of both a host and a group means the host. */
function hostsOf(inventory: Inventory, { sign, text }: Term, pattern: string): readonly string[] {
  if (sign === '' && inventory.hosts.has(text)) return [text]
  return expand(inventory, text, pattern)
}

const intersection = (some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> =>
  new Set([...some].filter((name) => others.has(name)))

/** Splits at commas; without any at colons and spaces, unless the whole is an IPv6 address. */
export function splitPattern(pattern: string): readonly string[] {
  const listed = splitAt(',', pattern)
  const terms = listed.length > 1 || isAddress(pattern) ? listed : splitAt(': \t', pattern)
  return terms.map((part) => part.trim()).filter((part) => part !== '')
}

/** Inside `[…]`, and inside `(…)` and `{…}` of a regexp, separators are part of the term. */
function splitAt(separators: string, pattern: string): readonly string[] {
  const terms: string[] = []
  let term = ''
  let depth = 0
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    const isRegexp = /^\s*[&!]?~/.test(term)
    if (depth === 0 && separators.includes(character)) {
      terms.push(term)
      term = ''
      continue
    }
    term += character
    const [opening, closing] = isRegexp ? ['[({', '])}'] : ['[', ']']
    if (isRegexp && character === '\\') term += pattern.charAt(++index)
    else if (opening.includes(character)) depth++
    else if (depth > 0 && closing.includes(character)) depth--
  }
  return [...terms, term]
}

function termOf(written: string): Term {
  const sign = signs.find((each) => written.startsWith(each)) ?? ''
  return { sign, text: written.slice(sign.length).trim() }
}

const signs = ['&', '!'] as const

const subscript = /^(?<base>[^~].*)\[(?:(?<at>-?\d+)|(?<from>\d+)[:-](?<to>\d*))\]$/s

function expand(inventory: Inventory, text: string, pattern: string): readonly string[] {
  const { base = text, at, from, to = '' } = subscript.exec(text)?.groups ?? {}
  const hosts = matches(inventory, base, pattern)
  if (at === undefined && from === undefined) return hosts
  const taken = at === undefined ? subscriptRange(hosts, Number(from), to) : [hosts.at(Number(at))]
  const found = taken.filter((name) => name !== undefined)
  if (found.length > 0) return found
  throw new FettleError('pattern-no-match', {
    message: `${text} in the pattern ${pattern} takes none of the ${counted(hosts.length, 'host')} of ${base}`,
    remedy: 'counting begins with 0',
  })
}

/** Includes both ends; without a last one all from the first on. */
const subscriptRange = (hosts: readonly string[], from: number, to: string): readonly string[] =>
  hosts.slice(from, to === '' ? undefined : Number(to) + 1)

/**
 * Groups by their names, and hosts by theirs where no group has it, or the term is a glob or a
 * regexp, or has a dot. As in Ansible, a host found both by its group and by its name counts twice
 * in a subscript.
 */
function matches(inventory: Inventory, text: string, pattern: string): readonly string[] {
  const search = regexpOf(text, pattern)
  const named = (known: ReadonlyMap<string, unknown>): readonly string[] => {
    if (search !== null) return matchingNames(known.keys(), search) ?? tooSlow(text, pattern)
    return known.has(text) ? [text] : []
  }
  const groups = named(inventory.groups)
  const takesHosts = groups.length === 0 || search !== null || text.includes('.')
  const hosts = takesHosts ? named(inventory.hosts) : []
  if (groups.length === 0 && hosts.length === 0) throw unmatched(inventory, text, pattern)
  return [...groups.flatMap((name) => inventory.groups.get(name) ?? []), ...hosts]
}

/** The time limit in seconds for all names; ten thousand take a hundredth of it. */
const matchSeconds = 1

/**
 * The names that a user's pattern matches; null at the time limit. `(a+)+$` and `*a*a*a*a` take
 * exponential time on a long name that they do not match.
 */
export function matchingNames(names: Iterable<string>, search: RegExp): readonly string[] | null {
  try {
    return withinTime(matchSeconds, () => [...names].filter((name) => search.test(name)))
  } catch (error) {
    if (error instanceof TimeOver) return null
    throw error
  }
}

function tooSlow(text: string, pattern: string): never {
  throw new FettleError('pattern-invalid', {
    message: `${text}${whereIn(text, pattern)} takes too long to be compared with the names of the inventory`,
    remedy: 'write it with fewer repetitions, and none inside of another: ~a+$ instead of ~(a+)+$',
  })
}

/** Null for a plain name. */
function regexpOf(text: string, pattern: string): RegExp | null {
  try {
    // Python's syntax for ignoring case.
    if (text.startsWith('~(?i)')) return new RegExp(`^(?:${text.slice('~(?i)'.length)})`, 'i')
    if (text.startsWith('~')) return new RegExp(`^(?:${text.slice(1)})`)
    return /[*?[]/.test(text) ? new RegExp(`^${globSource(text)}$`, 's') : null
  } catch (cause) {
    const why = messageOf(cause)
    throw new FettleError('pattern-invalid', {
      message: `${text} in the pattern ${pattern} cannot be read: ${why}`,
      cause,
    })
  }
}

/** Python's fnmatch, which Ansible uses: `*`, `?`, `[ab]`, `[!ab]`. */
export const globSource = (glob: string): string =>
  glob.replace(
    /\*+|\?|\[(!?)(\]?[^\]]*)\]|[\\^$.|+(){}[\]]/g,
    (found, not?: string, set?: string) => {
      if (found.startsWith('*')) return '.*'
      if (found === '?') return '.'
      if (set === undefined) return `\\${found}`
      const escaped = set.replace(/[\\^\][]/g, '\\$&')
      return not === '!' ? `[^${escaped}]` : `[${escaped}]`
    },
  )

const shownGroups = 20

const whereIn = (text: string, pattern: string): string =>
  text === pattern ? '' : ` in the pattern ${pattern}`

function unmatched(inventory: Inventory, text: string, pattern: string): FettleError {
  const meant = suggestion(text, [...inventory.groups.keys(), ...inventory.hosts.keys()])
  const groups = [...inventory.groups.keys()].filter((name) => name !== 'ungrouped')
  const more = groups.length > shownGroups ? ' …' : ''
  const shown = groups.slice(0, shownGroups).join(', ') + more
  return new FettleError('pattern-no-match', {
    message: `${text}${whereIn(text, pattern)} matches no host and no group${meant}`,
    remedy: `the inventory's groups are ${shown}; fettle inventory --graph shows all`,
  })
}
