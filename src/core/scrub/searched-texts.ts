import { namesSecret, urlCredentials } from './credentials.js'
import { mysqlHash } from './mysql-hash.js'
import type { Pattern } from './search-index.js'

/**
 * Words of reports and of common settings. Hiding them would make reports unreadable, and the gaps
 * would reveal them.
 */
const commonWords = new Set(
  `absent admin administrator authorized backup changed changeme command connect connection container database default
  deployment development directory disabled enabled environment example failed gunicorn ignored inventory localhost
  mariadb notfound packages password postgres postgresql present private production public python reachable repository
  resource running secret service skipped staging started stopped success systemd template testing undefined unknown
  unreachable username webhook webserver welcome`.split(/\s+/),
)

/**
 * Whether a value is so short or common that it would match unrelated text; it is not searched for.
 */
export function isCommon(text: string): boolean {
  if (text.length < 4 || commonWords.has(text.toLowerCase())) return true
  const isNumber = /^\d+$/.test(text)
  const isWord = /^[A-Z]?[a-z]+$/.test(text)
  return (isNumber && text.length < 6) || (isWord && text.length < 8)
}

const publicForms: readonly RegExp[] = [
  /^[A-Za-z]+$/, // a word
  /^[\d.,:+\s/-]+$/, // a number, a version, an address, a date
  /^[A-Z]?[a-z]+(?:\/[A-Z]?[a-z]+)+$/, // Europe/Berlin
  /^(?:~|\.{1,2})?\/[\w.@/+-]*$/, // a path
  /^(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?$/i, // a host
  /^[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}$/i, // an e-mail address
]

/**
 * Whether the value of a setting may be secret. Words, numbers, host names, paths and URLs without
 * a password are not.
 */
export function mayBeSecret(name: string, value: string): boolean {
  if (namesSecret(name)) return !isCommon(value)
  if (value.length < 8 || isCommon(value)) return false
  if (publicForms.some((form) => form.test(value))) return false
  return !/^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(value) || urlCredentials(value).length > 0
}

/** Longer compounds are not searched for as a whole. */
const longestCompound = 4096

/**
 * All patterns for one secret: the secret, each of its lines, the secrets inside it (such as the
 * password in a URL), and its hash in MariaDB.
 * @param compound made of other secrets, which have patterns already, and of plain text, which is
 * not secret
 */
export function patternsOf(value: string, compound: boolean): readonly Pattern[] {
  if (compound) {
    const whole = value.length > longestCompound || isCommon(value) ? [] : patterns(value, false)
    return [...whole, ...innerSecrets(value, true).flatMap((text) => patterns(text, true))]
  }
  const own = [value, ...innerSecrets(value, false)].filter((text) => !isCommon(text))
  return [...own, ...own.flatMap(storedHashes), ...linesOf(value)].flatMap((text) =>
    patterns(text, true),
  )
}

/** The hash that MariaDB stores: it allows an offline attack on the password. */
const storedHashes = (value: string): readonly string[] =>
  /^[\x20-\x7e]{1,80}$/.test(value) ? [mysqlHash(value)] : []

/** Shorter lines, such as `}` or `fi`, are not searched for by themselves. */
const shortestLine = 6

/** The lines of a text that has several. */
function linesOf(value: string): readonly string[] {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim())
  if (lines.length === 1) return []
  return lines.filter((line) => line.length >= shortestLine && !isCommon(line))
}

/** `name=value`, `"name": "value"`. */
const setting =
  /(?<=^|[\s;,&?{])["']?([\w.-]{1,64})["']?[ \t]*[=:][ \t]*("[^"\n]*"|'[^'\n]*'|[^\s;,&]+)/g

/** The secrets inside a secret: in URLs, in JSON and in settings. */
function innerSecrets(value: string, compound: boolean): readonly string[] {
  const isNamed = (name: string, given: string): boolean =>
    namesSecret(name) && mayBeSecret(name, given)
  const isSetting = !compound && value.includes('\n') ? mayBeSecret : isNamed
  const settings = settingsIn(value).filter(([name, given]) => isSetting(name, given))
  const isMember = compound ? isNamed : mayBeSecret
  const json = leaves(parsed(value)).filter(([name, leaf]) => isMember(name, leaf))
  const found = [
    ...urlCredentials(value).flatMap(({ text }) => [text, decoded(text)]),
    ...settings.map(([, given]) => given),
    ...json.flatMap(([, leaf]) => [leaf, ...linesOf(leaf)]),
  ]
  return [...new Set(found)].filter((text) => text !== value && !isCommon(text))
}

/** The names and values of settings, without quotes. */
const settingsIn = (text: string): readonly (readonly [name: string, given: string])[] =>
  [...text.matchAll(setting)].map(([, name = '', given = '']) => [
    name,
    given.replace(/^(["'])(.*)\1$/, '$2'),
  ])

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parsed(value: string): unknown {
  if (!/^\s*[{[]/.test(value)) return null
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}

/** All strings in plain data, each with its property name. */
function leaves(value: unknown, name = ''): readonly (readonly [name: string, text: string])[] {
  if (typeof value === 'string') return [[name, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    leaves(child, Array.isArray(value) ? name : key),
  )
}

function patterns(value: string, parts: boolean): readonly Pattern[] {
  const beginning = parts && isToken(value)
  const allowed = parts ? rewrites : rewrites.slice(0, 2)
  return pieces(value).flatMap((piece, index) => {
    const isFirst = index === 0
    const texts = spellings(piece, allowed)
    return texts.map((text) => ({ text, parts, beginning: beginning && isFirst }))
  })
}

/** `DB_PASSWORD=…`, a line of settings: its name is none of its secrets. */
const longSetting = /^[A-Z][A-Z0-9_]{7,}=[^=]/

/**
 * Whether the first characters identify a value as random. Those of words, URLs, JSON and settings
 * do not.
 */
function isToken(value: string): boolean {
  if (longSetting.test(value)) return false
  const first = value.slice(0, 8)
  if (value.length < 16 || /\s|:\/\//.test(value) || !/^[\w.+/=~-]+$/.test(first)) return false
  return !/^[A-Z]?[a-z]+-?[a-z]*$/.test(first)
}

/**
 * Longer texts are searched for in pieces, so that every encoding of a piece fits into the overlap
 * of two windows.
 */
const longestPiece = 512

function pieces(text: string): readonly string[] {
  if (text.length <= longestPiece) return [text]
  const made: string[] = []
  for (let end = longestPiece; end <= text.length; end += longestPiece)
    made.push(text.slice(end - longestPiece, end))
  return [...made, text.slice(-longestPiece)]
}

const isHex = (text: string): boolean => /^[0-9A-Fa-f]+$/.test(text)

/**
 * Forms of a text that decoding does not undo. For compounds only the first two are searched for.
 */
const rewrites: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/\s+/g, ''), // for text without white space
  (text) => text.replaceAll(' ', '+'), // forms
  (text) => text.replaceAll("'", "'\\''"), // shells
  (text) => text.replaceAll("'", `'"'"'`), // Python's shlex
  (text) => text.replaceAll("'", "''"), // SQL, YAML
  (text) => text.replaceAll("'", "'''"), // shells in JSON, after its backslashes are undone
  (text) => text.replaceAll('"', '""'), // CSV
  (text) => text.replaceAll('%', '%%'), // settings of systemd, printf
  (text) => text.replaceAll('$', '$$$$'), // make, compose
  (text) => text.replaceAll('%', '%%').replaceAll('$', '$$$$'), // commands of systemd
  (text) => text.replaceAll('/', '-'), // systemd-escape
  (text) => (isHex(text) ? text.toUpperCase() : text),
  (text) => (isHex(text) ? text.toLowerCase() : text),
]

/** Each form of a text, and for characters beyond ASCII also the bytes of its UTF-8. */
function spellings(text: string, allowed: typeof rewrites): readonly string[] {
  const forms = new Set(allowed.map((rewrite) => rewrite(text)))
  for (const form of [...forms])
    if (/[^\x00-\x7f]/.test(form)) forms.add(Buffer.from(form).toString('latin1'))
  return [...forms].filter((form) => form === text || !isCommon(form))
}
