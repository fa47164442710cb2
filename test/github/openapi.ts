import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

/** A part of GitHub's published API description (OpenAPI 3.0). */
type Description = Readonly<Record<string, unknown>>

const isDescription = (value: unknown): value is Description =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Converts OpenAPI 3.0's `nullable` to JSON Schema's type null, as ajv 8 requires. */
function withoutNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullable)
  if (!isDescription(value)) return value
  const { nullable, ...rest } = value
  const rewritten = Object.fromEntries(
    Object.entries(rest).map(([name, item]) => [name, withoutNullable(item)]),
  )
  if (nullable !== true)
    return nullable === undefined || nullable === false ? rewritten : { ...rewritten, nullable }
  if (typeof rewritten['type'] !== 'string') return { anyOf: [rewritten, { type: 'null' }] }
  const words: unknown = rewritten['enum']
  const type = [rewritten['type'], 'null']
  if (!Array.isArray(words)) return { ...rewritten, type }
  return { ...rewritten, type, enum: [...(words as unknown[]), null] }
}

const file = createRequire(import.meta.url).resolve(
  '@octokit/openapi/generated/api.github.com.json',
)
const github = withoutNullable(JSON.parse(readFileSync(file, 'utf8'))) as Description

const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false })
addFormats.default(ajv)
ajv.addSchema(github, 'github')

/** The names of a reference: `#/components/schemas/hook`. */
const namesOf = (reference: string): readonly string[] =>
  reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The value at a path of names and indices; references are followed. */
function at(...names: readonly (string | number)[]): unknown {
  let found: unknown = github
  for (const name of names) {
    found = typeof found === 'object' && found !== null ? (found as Description)[name] : undefined
    while (isDescription(found) && typeof found['$ref'] === 'string')
      found = at(...namesOf(found['$ref']))
  }
  return found
}

const compiled = new Map<string, ValidateFunction>()

/** Errors of a value by the schema at a place of the description. */
function wrong(value: unknown, names: readonly string[], what: string): readonly string[] {
  const pointer = names
    .map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `github#/${pointer}` })
  compiled.set(pointer, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${what}${instancePath} ${message ?? 'is invalid'}`,
  )
}

/** Whether GitHub describes such an operation: `('post', '/repos/{owner}/{repo}/hooks')`. */
export const isDescribed = (method: string, path: string): boolean =>
  at('paths', path, method) !== undefined

/**
 * Errors of a request by GitHub's description, and also names that the description does not have.
 */
export function wrongRequest(
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): readonly string[] {
  return [...wrongQuery(method, path, query), ...wrongBody(method, path, body)]
}

function wrongQuery(method: string, path: string, query: URLSearchParams): readonly string[] {
  const parameters = at('paths', path, method, 'parameters')
  const count = Array.isArray(parameters) ? parameters.length : 0
  const described = Array.from({ length: count }, (_, index) =>
    at('paths', path, method, 'parameters', index),
  ).filter(isDescription)
  return [...query].flatMap(([name, text]) => {
    const schema = described.find(
      (parameter) => parameter['in'] === 'query' && parameter['name'] === name,
    )?.['schema']
    if (!isDescription(schema)) return [`query ${name} is not described`]
    return ajv.validate(schema, schema['type'] === 'integer' ? Number(text) : text)
      ? []
      : [`query ${name}=${text} ${ajv.errorsText()}`]
  })
}

function wrongBody(method: string, path: string, body: unknown): readonly string[] {
  const schema = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema']
  if (at(...schema) === undefined)
    return body === undefined ? [] : ['a body where none is described']
  if (body === undefined)
    return at('paths', path, method, 'requestBody', 'required') === true ? ['body is missing'] : []
  return [...wrong(body, schema, 'body'), ...undescribed(body, schema, 'body')]
}

/**
 * Names that a body has and the description does not. GitHub ignores most of them, which hides
 * misspellings.
 */
function undescribed(value: unknown, schema: readonly string[], what: string): readonly string[] {
  const properties = at(...schema, 'properties')
  if (!isDescription(value) || !isDescription(properties)) return []
  return Object.entries(value).flatMap(([name, item]) =>
    Object.hasOwn(properties, name)
      ? undescribed(item, [...schema, 'properties', name], `${what}/${name}`)
      : [`${what}/${name} is not described`],
  )
}

/**
 * Errors of an answer by GitHub's description. 401, 403 and 404 are allowed for every operation,
 * described or not.
 */
export function wrongAnswer(
  method: string,
  path: string,
  status: number,
  body: unknown,
): readonly string[] {
  const response = ['paths', path, method, 'responses', String(status)]
  const content = [...response, 'content', 'application/json', 'schema']
  if (at(...response) === undefined)
    return [401, 403, 404].includes(status)
      ? wrong(body, ['components', 'schemas', 'basic-error'], 'answer')
      : [`answer ${String(status)} is not described`]
  if (at(...content) === undefined)
    return body === undefined ? [] : [`answer ${String(status)} has a body where none is described`]
  return wrong(body, resolved(content), 'answer')
}

/** The same path with references resolved: ajv does not follow them inside a pointer. */
function resolved(names: readonly string[]): readonly string[] {
  return names.reduce<readonly string[]>((place, name) => {
    const next = [...place, name]
    const parent = at(...place)
    const found = isDescription(parent) ? parent[name] : undefined
    return isDescription(found) && typeof found['$ref'] === 'string' ? namesOf(found['$ref']) : next
  }, [])
}

/** The events that a repository's hook can have, by the description of GitHub's webhooks. */
export const repositoryEvents: ReadonlySet<string> = new Set([
  '*',
  ...Object.keys(at('x-webhooks') ?? {}).flatMap((name) => {
    const post = at('x-webhooks', name, 'post')
    if (
      !isDescription(post) ||
      !JSON.stringify(post['x-github']).includes('"repository"') ||
      !Array.isArray(post['parameters'])
    )
      return []
    return (post['parameters'] as unknown[]).flatMap((header) =>
      isDescription(header) && String(header['name']).toLowerCase() === 'x-github-event'
        ? [String(header['example'])]
        : [],
    )
  }),
])
