import { Scalar, Schema, type ScalarTag } from 'yaml'

// YAML 1.1 as PyYAML resolves it, which Ansible uses: `yes` is true, `0644` is octal, `1:30` is 90, and `1e3` is text.

const tag = (name: string, test: RegExp, resolve: (text: string) => unknown): ScalarTag => ({ tag: `tag:yaml.org,2002:${name}`, default: true, test, resolve })

/** A number in base 60, as `12:30:45`. */
const sexagesimal = (text: string): number => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)

function unsigned(text: string): number {
  if (text.includes(':')) return sexagesimal(text)
  if (text.startsWith('0b') || text.startsWith('0x')) return Number(text)
  return /^0./.test(text) ? Number.parseInt(text, 8) : Number(text)
}

const signed = (read: (text: string) => number) => (written: string): number => {
  const text = written.replaceAll('_', '')
  return text.startsWith('-') ? -read(text.slice(1)) : read(text.replace(/^\+/, ''))
}

/** A number that JavaScript would round stays text: an account's number is no measure. */
function int(written: string): number | string {
  const value = signed(unsigned)(written)
  return Number.isSafeInteger(value) ? value : written
}

const float = signed((text) => {
  if (/inf$/i.test(text)) return Infinity
  if (/nan$/i.test(text)) return Number.NaN
  return text.includes(':') ? sexagesimal(text) : Number(text)
})

const plainScalars: readonly ScalarTag[] = [
  tag('bool', /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON|no|No|NO|false|False|FALSE|off|Off|OFF)$/, (text) => /^(?:yes|true|on)$/i.test(text)),
  tag('int', /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/, int),
  tag('float', /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/, float),
]
const nothing = /^(?:~|null|Null|NULL)?$/

/** The value of a plain word. */
export function plainValue(text: string): unknown {
  if (nothing.test(text)) return null
  const found = plainScalars.find(({ test }) => test?.test(text))
  return found === undefined ? text : found.resolve(text, () => undefined, {})
}

/** What plain words of YAML mean. Dates stay text. `!unsafe` is Ansible's mark for text that is no template, which no text is here. */
const yamlScalars: readonly ScalarTag[] = [
  { ...tag('null', nothing, () => new Scalar(null)), identify: (value) => value == null },
  ...plainScalars,
  { tag: '!unsafe', resolve: (text) => text },
]

/** How every text is parsed. Duplicates are looked for where places are known. */
export const yamlOptions = { schema: new Schema({ schema: 'failsafe', customTags: [...yamlScalars], resolveKnownTags: true }), uniqueKeys: false, prettyErrors: false }
