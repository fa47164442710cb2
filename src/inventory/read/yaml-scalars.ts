import { Scalar, Schema, type CollectionTag, type ScalarTag } from 'yaml'
import { mostDigits, pythonFloat, pythonInteger } from '../../core/written-number.js'

// YAML 1.1 as PyYAML resolves it, which Ansible uses: `yes` is true, `0644` is octal, `1:30` is 90,
// and `1e3` is text. Numbers print as Python prints them.

const tag = (name: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag => ({
  tag: `tag:yaml.org,2002:${name}`,
  default: true,
  test,
  resolve,
})

/**
 * A base 60 number such as `12:30:45.5`, summed from its end as PyYAML does: the order affects the
 * rounding.
 */
const sexagesimal = (text: string): number =>
  text
    .split(':')
    .reverse()
    .reduce((sum, part, place) => sum + Number(part) * 60 ** place, 0)

function unsignedInt(text: string): bigint {
  if (text.includes(':')) return text.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  return BigInt(/^0[0-7]/.test(text) ? `0o${text.slice(1)}` : text)
}

function unsignedFloat(text: string): number {
  if (/inf$/i.test(text)) return Infinity
  if (/nan$/i.test(text)) return Number.NaN
  return text.includes(':') ? sexagesimal(text) : Number(text)
}

/** Reads a number with underscores and a sign. */
function signed<N extends number | bigint>(
  written: string,
  read: (text: string) => N,
): readonly [number: N, isNegative: boolean] {
  const text = written.replaceAll('_', '')
  return [read(text.replace(/^[-+]/, '')), text.startsWith('-')]
}

function int(written: string): unknown {
  if (written.length > mostDigits) return written
  const [number, isNegative] = signed(written, unsignedInt)
  return pythonInteger(isNegative ? -number : number)
}

function float(written: string): unknown {
  const [number, isNegative] = signed(written, unsignedFloat)
  return pythonFloat(isNegative ? -number : number)
}

const plainScalars: readonly ScalarTag[] = [
  tag(
    'bool',
    /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
    (text) => /^(?:yes|true|on)$/i.test(text),
  ),
  tag(
    'int',
    /^[-+]?(?:0b_*[01][01_]*|0[0-7_]+|0|[1-9][0-9_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
    int,
  ),
  tag(
    'float',
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
    float,
  ),
]
const nullWord = /^(?:~|null|Null|NULL)?$/

/** The value of a plain scalar. */
export function plainValue(text: string): unknown {
  if (nullWord.test(text)) return null
  const found = plainScalars.find(({ test }) => test?.test(text))
  return found === undefined ? text : found.resolve(text, () => undefined, {})
}

/** Ansible's tag for text that is never a template. */
export const unsafeTag = '!unsafe'
/** Ansible's tags for an encrypted value. */
export const vaultTags: readonly string[] = ['!vault', '!vault-encrypted']

/**
 * A resolver for an explicit tag on a scalar that would not have that type without it: `!!float 1`.
 */
const explicitTag = (name: string, resolve: ScalarTag['resolve']): ScalarTag => ({
  tag: `tag:yaml.org,2002:${name}`,
  resolve,
})

const explicitFloat: ScalarTag['resolve'] = (text, onError) => {
  const value = float(text)
  if (text.trim() === '' || (Number.isNaN(Number(value)) && !/nan$/i.test(text)))
    onError('this is no number')
  return value
}

/** The types of plain scalars and tags in YAML. Dates stay text. */
const yamlTags: readonly (ScalarTag | CollectionTag)[] = [
  { ...tag('null', nullWord, () => new Scalar(null)), identify: (value) => value == null },
  ...plainScalars,
  explicitTag('null', () => new Scalar(null)),
  explicitTag('float', explicitFloat),
  explicitTag('timestamp', (text) => text),
  { tag: unsafeTag, resolve: (text) => text },
  { tag: unsafeTag, collection: 'map' },
  { tag: unsafeTag, collection: 'seq' },
  ...vaultTags.map((each): ScalarTag => ({ tag: each, resolve: (text) => text })),
]

/** JSON's numbers are all decimal: `1e3` is one, and `010` is not. */
const jsonNumbers: readonly ScalarTag[] = [
  tag('int', /^-?(?:0|[1-9][0-9]*)$/, int),
  tag('float', /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/, float),
]

const optionsWith = (customTags: readonly (ScalarTag | CollectionTag)[]) => ({
  // Without `resolveKnownTags`, tags that have no form here (!!set, !!binary) are errors.
  // `uniqueKeys` is off: YamlFile looks for duplicates, because it knows their places.
  schema: new Schema({ schema: 'failsafe', customTags: [...customTags], resolveKnownTags: false }),
  uniqueKeys: false,
  prettyErrors: false,
})

/** The parser's options for YAML. */
export const yamlOptions = optionsWith(yamlTags)
/** The parser's options for JSON, which is read with the same parser for the sake of places. */
export const jsonOptions = optionsWith([...jsonNumbers, ...yamlTags])
