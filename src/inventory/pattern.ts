import { FettleError } from '../core/errors.js'
import { nearest } from '../core/nearest.js'
import type { Inventory, InventoryHost } from './inventory.js'

interface Term {
  readonly sign: '' | '&' | '!'
  /** Without its sign. */
  readonly text: string
}

/**
 * The hosts that a pattern means, in the inventory's order, with Ansible's words: terms joined by `:` or `,`, each the name
 * of a host or group, a glob, or a `~regexp` that is anchored at its beginning; `[0]`, `[-1]`, `[1:3]`, `[1:]` take from what the
 * term stands for. All plain terms are united first, then each `&` intersects, then each `!` excludes, whatever their order;
 * without a plain term the base is `all`.
 * @throws FettleError `pattern-no-match` when a term names nothing or no host is left, `pattern-invalid` when it cannot be read
 */
export function selectHosts(inventory: Inventory, pattern: string): readonly InventoryHost[] {
  const terms = splitPattern(pattern).map(termOf)
  if (terms.length === 0) throw new FettleError('pattern-invalid', { message: 'a pattern of hosts is empty', remedy: 'write all for every host' })
  const matched = terms.map((term) => ({ sign: term.sign, hosts: expand(inventory, term.text, pattern) }))
  const plain = matched.filter(({ sign }) => sign === '')
  let selected = new Set(plain.length === 0 ? inventory.hosts.keys() : plain.flatMap(({ hosts }) => [...hosts]))
  for (const { sign, hosts } of matched) if (sign === '&') selected = new Set([...selected].filter((name) => hosts.has(name)))
  for (const { sign, hosts } of matched) if (sign === '!') for (const name of hosts) selected.delete(name)
  if (selected.size === 0) throw new FettleError('pattern-no-match', { message: `no host matches ${pattern}`, remedy: 'its groups have no hosts, or its terms leave none: see fettle plan --list-hosts' })
  return [...inventory.hosts.values()].filter((host) => selected.has(host.name))
}

/** Splits at `:` and `,`, which inside `[…]`, and inside `(…)` and `{…}` of a regexp, are part of the term. */
function splitPattern(pattern: string): readonly string[] {
  const terms: string[] = []
  let term = ''
  let depth = 0
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index)
    const regexp = /^\s*[&!]?~/.test(term)
    if (depth === 0 && (character === ':' || character === ',')) {
      terms.push(term)
      term = ''
      continue
    }
    term += character
    if (regexp && character === '\\') term += pattern.charAt(++index)
    else if (character === '[' || (regexp && '({'.includes(character))) depth++
    else if (depth > 0 && (character === ']' || (regexp && ')}'.includes(character)))) depth--
  }
  return [...terms, term].map((part) => part.trim()).filter((part) => part !== '')
}

function termOf(written: string): Term {
  const sign = written.startsWith('&') ? '&' : written.startsWith('!') ? '!' : ''
  return { sign, text: written.slice(sign.length).trim() }
}

const subscript = /^(?<base>[^~].*)\[(?:(?<at>-?\d+)|(?<from>\d+)[:-](?<to>\d*))\]$/s

function expand(inventory: Inventory, text: string, pattern: string): ReadonlySet<string> {
  const { base = text, at, from, to = '' } = subscript.exec(text)?.groups ?? {}
  const hosts = matches(inventory, base, pattern)
  if (at === undefined && from === undefined) return hosts
  const all = [...inventory.hosts.keys()].filter((name) => hosts.has(name))
  const one = at === undefined ? undefined : all.at(Number(at))
  const taken = at === undefined ? all.slice(Number(from), to === '' ? undefined : Number(to) + 1) : one === undefined ? [] : [one]
  if (taken.length === 0) throw new FettleError('pattern-no-match', { message: `${text} in the pattern ${pattern} takes none of the ${String(all.length)} ${all.length === 1 ? 'host' : 'hosts'} of ${base}`, remedy: 'counting begins with 0' })
  return new Set(taken)
}

/** Groups by their names, and hosts by theirs where no group has it or the term is a glob or a regexp. */
function matches(inventory: Inventory, text: string, pattern: string): ReadonlySet<string> {
  if (text === 'all' || text === '*') return new Set(inventory.hosts.keys())
  const search = searchOf(text, pattern)
  const groups = search === null ? [text].filter((name) => inventory.groups.has(name)) : [...inventory.groups.keys()].filter((name) => search.test(name))
  const hosts = search === null ? [text].filter((name) => groups.length === 0 && inventory.hosts.has(name)) : [...inventory.hosts.keys()].filter((name) => search.test(name))
  if (groups.length === 0 && hosts.length === 0) throw unmatched(inventory, text, pattern)
  return new Set([...groups.flatMap((name) => inventory.groups.get(name) ?? []), ...hosts])
}

/** Null for a plain name. */
function searchOf(text: string, pattern: string): RegExp | null {
  try {
    if (text.startsWith('~')) return new RegExp(`^(?:${text.slice(1)})`)
    return /[*?[]/.test(text) ? new RegExp(`^${globSource(text)}$`, 's') : null
  } catch (cause) {
    throw new FettleError('pattern-invalid', { message: `${text} in the pattern ${pattern} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause })
  }
}

/** Python's fnmatch, which Ansible uses: `*`, `?`, `[ab]`, `[!ab]`. */
const globSource = (glob: string): string =>
  glob.replace(/\*+|\?|\[(!?)(\]?[^\]]*)\]|[\\^$.|+(){}[\]]/g, (found, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[\\^\][]/g, '\\$&')}]`
    if (found.startsWith('*')) return '.*'
    return found === '?' ? '.' : `\\${found}`
  })

function unmatched(inventory: Inventory, text: string, pattern: string): FettleError {
  const guess = nearest(text, [...inventory.groups.keys(), ...inventory.hosts.keys()])
  const where = text === pattern ? '' : ` in the pattern ${pattern}`
  const groups = [...inventory.groups.keys()].filter((name) => name !== 'ungrouped')
  return new FettleError('pattern-no-match', {
    message: `${text}${where} matches no host and no group${guess === undefined ? '' : `; did you mean ${guess}?`}`,
    remedy: `the inventory's groups are ${groups.slice(0, 20).join(', ')}${groups.length > 20 ? ' …' : ''}; fettle plan --list-hosts names the hosts`,
  })
}
