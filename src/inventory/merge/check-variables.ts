import type { z } from 'zod'
import { FettleError } from '../../core/errors.js'
import { listed } from '../../core/listed.js'
import { nearest } from '../../core/names/nearest.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { soundsSecret } from '../../core/secret-names.js'
import { hasOwnWords, kindOf, wanted } from '../../core/schema-words.js'
import { WrittenNumber } from '../../core/written-number.js'
import { showPlace, type InventoryHost, type SourcePlace } from '../inventory.js'
import {
  isTemplate,
  isVault,
  pathTo,
  vaultRemedy,
  vaultSentence,
  type ValuePath,
} from '../read/value-parts.js'
import { declaredNames } from './undeclared-variables.js'

/**
 * The variables of one host, parsed by the play's schema.
 * @throws FettleError as `checkAllVars` does
 */
export const checkVars = (host: InventoryHost, schema: z.ZodType): unknown =>
  checkAllVars([host], schema).get(host.name)

/**
 * The variables of several hosts, parsed by the play's schema, by host name. Text that Ansible
 * would take for a template is refused in variables that the play uses, unless it is marked
 * `!unsafe`.
 * @throws FettleError `variable-missing` if variables are missing and nothing else is wrong, else
 *   `variable-invalid`: one error for all hosts, with a line for each problem and the place where
 *   the variable was set. Values that could be secret are not shown; that is all text, except a
 *   word that an enum does not contain.
 */
export function checkAllVars(
  hosts: readonly InventoryHost[],
  schema: z.ZodType,
): ReadonlyMap<string, unknown> {
  const checked = new Map<string, unknown>()
  const problems = new Map<string, Problem>()
  const used = declaredNames(schema)
  for (const host of hosts) {
    const unfit = unfitValues(host, used)
    for (const found of unfit) collect(problems, host, found)
    const result = schema.safeParse(host.vars)
    if (result.success) checked.set(host.name, result.data)
    for (const issue of result.error?.issues ?? []) {
      const isTold = unfit.some(({ name }) => name === issue.path[0])
      if (!isTold) collect(problems, host, problemOf(host, issue, schema))
    }
  }
  if (problems.size > 0) throw errorOf([...problems.values()])
  return checked
}

/**
 * The values that Ansible would fill in or decrypt, among the variables that a play uses: all of
 * them if its schema accepts any name.
 */
function unfitValues(host: InventoryHost, used: readonly string[] | null): readonly UnfitValue[] {
  const names = used ?? Object.keys(host.vars).filter((name) => !name.startsWith('ansible_'))
  return names.flatMap((name) => {
    const value = host.vars[name]
    const foundAt = (path: ValuePath): Pick<UnfitValue, 'name' | 'variable' | 'place'> => ({
      name,
      variable: [name, ...path].join('.'),
      place: host.place(name, path),
    })
    const found: UnfitValue[] = []
    const vault = pathTo(value, isVault)
    if (vault !== null)
      found.push({ ...foundAt(vault), sentence: vaultSentence, remedy: vaultRemedy })
    const template = pathTo(
      value,
      (part, at) => typeof part === 'string' && isTemplate(part) && !host.isUnsafe(name, at),
    )
    if (template !== null)
      found.push({ ...foundAt(template), sentence: templateSentence, remedy: templateRemedy })
    return found
  })
}

const templateSentence =
  'holds {{ … }}, which Ansible would fill in: here variables are no templates'
const templateRemedy = `write the value itself, or let the task put it together; text that is meant so is marked in YAML: name: !unsafe '{{ … }}'`

interface Problem {
  readonly variable: string
  readonly sentence: string
  /** Null for a variable that is not set. */
  readonly place: SourcePlace | null
  readonly remedy?: string
  readonly hosts: InventoryHost[]
}

type VariableProblem = Omit<Problem, 'hosts'>
type UnfitValue = VariableProblem & { readonly name: string }

function collect(
  problems: Map<string, Problem>,
  host: InventoryHost,
  found: VariableProblem,
): void {
  const key = JSON.stringify([found.variable, found.sentence, found.place])
  const known = problems.get(key)
  if (known === undefined) problems.set(key, { ...found, hosts: [host] })
  else known.hosts.push(host)
}

function problemOf(
  host: InventoryHost,
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
): VariableProblem {
  const got = valueAt(host.vars, issue.path)
  const variable = issue.path.map(String).join('.')
  const wants = expected(issue, schema)
  if (got !== undefined) {
    const place = placeOf(host, issue.path)
    return { variable, sentence: `${wants}${described(got, issue)}`, place }
  }
  // What is not set has no place: use that of the mapping that lacks it.
  const place = placeOf(host, issue.path.length > 1 ? issue.path.slice(0, -1) : issue.path)
  const sentence = `is not set, and ${wants}${misspellingHint(host, issue.path, schema)}`
  return { variable, sentence, place }
}

function placeOf(
  host: InventoryHost,
  [first, ...rest]: readonly PropertyKey[],
): SourcePlace | null {
  return first === undefined ? null : host.place(String(first), rest)
}

/**
 * Names an undeclared variable that is set and whose name is close to the missing one: probably a
 * typing error.
 */
function misspellingHint(
  host: InventoryHost,
  path: readonly PropertyKey[],
  schema: z.ZodType,
): string {
  if (path.length !== 1) return ''
  const declared = declaredNames(schema) ?? []
  const others = Object.keys(host.vars).filter(
    (name) => !declared.includes(name) && !name.startsWith('ansible_'),
  )
  const guess = nearest(String(path[0]), others)
  if (guess === undefined) return ''
  const at = host.place(guess)
  if (at === null) return ''
  return `; ${showPlace(at)} sets ${guess}: did you mean ${String(path[0])} there?`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined
    inner = (inner as Record<PropertyKey, unknown>)[step]
  }
  return inner
}

/**
 * What a schema expects, as the predicate of a sentence about the variable. A custom message of the
 * schema may not fit into one.
 */
function expected(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  const words = wanted(issue, schema)
  return hasOwnWords(issue) && !/^must\b/.test(words) ? `is not right (${words})` : words
}

function described(value: unknown, issue: z.core.$ZodIssue): string {
  if (typeof value === 'number' || value instanceof WrittenNumber)
    return describedNumber(value, issue)
  if (value === null || typeof value === 'boolean') return `, and is ${String(value)}`
  // A word that an enum does not contain was meant to be one of them, and is no secret.
  if (typeof value === 'string' && issue.code === 'invalid_value')
    return `, and is ${JSON.stringify(value)}`
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_union') return ''
  return `, and is ${kindOf(value)}`
}

function describedNumber(value: number | WrittenNumber, issue: z.core.$ZodIssue): string {
  const isHidden = issue.path.some((step) => soundsSecret(String(step)))
  const wantsText = accepts(issue, 'string') && !accepts(issue, 'number')
  if (wantsText) {
    const shown = isHidden ? 'a number' : `the number ${String(value)}`
    return `, and is ${shown}: in quotes it is text`
  }
  if (typeof value === 'number') return `, and is ${isHidden ? 'a number' : String(value)}`
  if (isHidden)
    return ', and a number would print otherwise: put it in quotes and declare it as text'
  const plain = String(value.value)
  return `, and is ${value.text}, which a number would print as ${plain}: write ${plain}, or put it in quotes and declare it as text`
}

/** Whether a schema that refused a value accepts some value of a type. */
function accepts(issue: z.core.$ZodIssue, type: 'string' | 'number'): boolean {
  if (issue.code === 'invalid_type') return issue.expected === type
  if (issue.code === 'invalid_value') return issue.values.some((each) => typeof each === type)
  return (
    issue.code === 'invalid_union' &&
    issue.errors.some((errors) =>
      errors.slice(0, 1).some((innerErrors) => accepts(innerErrors, type)),
    )
  )
}

const most = 20

function errorOf(problems: readonly Problem[]): FettleError {
  const count = problems.length
  const missing = problems.filter(({ place }) => place === null)
  const lines = problems.slice(0, most).map(lineOf)
  if (count > 1) lines.unshift(`${String(count)} variables are not as the play needs them:`)
  if (count > most) lines.push(`and ${String(count - most)} more`)
  const remedies = new Set(problems.flatMap(({ remedy }) => remedy ?? []))
  const all = missing.length === 0 ? [...remedies] : [remedyFor(missing), ...remedies]
  const code = missing.length === count ? 'variable-missing' : 'variable-invalid'
  return new FettleError(code, {
    message: lines.join('\n'),
    ...omitUndefined({ remedy: all.join('; ') || undefined }),
  })
}

function lineOf({ place, variable, sentence, hosts }: Problem): string {
  const where = place === null ? '' : `${showPlace(place)}: `
  const what = variable === '' ? 'the variables' : variable
  return `${where}${what} of ${listed(hosts.map(({ name }) => name))} ${sentence}`
}

/**
 * Suggests where to set a missing variable: the innermost group that all hosts share, or the host's
 * own file.
 */
function remedyFor(missing: readonly Problem[]): string {
  const hosts = missing.flatMap((problem) => problem.hosts)
  const shared = (hosts[0]?.groups ?? []).filter(
    (group) => group !== 'ungrouped' && hosts.every((host) => host.groups.includes(group)),
  )
  const names = new Set(missing.map((problem) => problem.variable.split('.')[0] ?? ''))
  const [variable = ''] = names
  const what = names.size > 1 ? 'them' : variable
  const group = shared.at(-1) ?? 'all'
  const [first] = hosts
  const isOne = hosts.every(({ name }) => name === first?.name)
  const host = (isOne ? first?.name : undefined) ?? '<host>'
  return `set ${what} in group_vars/${group}.yml or host_vars/${host}.yml beside the inventory, or with -e ${variable}=…`
}
