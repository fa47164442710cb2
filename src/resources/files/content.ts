import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { TextDiff } from '../../core/change.js'
import { FettleError } from '../../core/errors.js'
import { Later, request, type Value } from '../../core/later.js'
import { checkedArguments } from '../../core/options.js'
import { bytes, line, secret, value } from '../../core/schemas.js'
import { holdsSecret, revealAll, Secret } from '../../core/secret.js'
import { FileInput, inputBytes } from '../../core/sh.js'
import { render } from '../../core/template/template.js'
import { decodeText } from '../../core/text-encoding.js'
import { sourceContentFact, sourceFact, templateFact } from '../../facts/files/project-file.js'

/** The content of a file. With a `Secret` in it the whole is secret. */
export type Content = string | Uint8Array | Secret

/** Content that may also be a large file of the project, which is sent without being held. */
export type FileContent = Content | FileInput

/** Where a file's content comes from: one of `content`, `source` and `template`. */
export interface ContentOptions {
  /** The content itself. */
  readonly content?: Value<Content>
  /**
   * A file of the project, by its path relative to the project's directory; its bytes are not
   * changed. `file` sends files of any size, others at most 64 MiB. Files outside the project only
   * where `package.json` lists the folder.
   */
  readonly source?: string
  /**
   * A [Nunjucks template](templates.md), by its name in `templates/`. A variable that it uses and
   * `vars` lacks is an error before anything connects.
   */
  readonly template?: string
  /** The template's variables. Values may be `Secret` or `Later` at any depth. */
  readonly vars?: Readonly<Record<string, unknown>>
}

const inProject = line.regex(/^[^/]/, 'is a path within the project, not an absolute one')

/** Schemas for a resource that has `ContentOptions`. */
export const contentShape = {
  content: value(
    z.union([z.string(), bytes, secret], { error: 'must be a string, bytes or a Secret' }),
  ).optional(),
  source: inProject.optional(),
  template: inProject
    .refine((name) => !name.split('/').includes('..'), 'is a name within templates/')
    .optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
}

/** What is wrong with a combination of these options. */
export function contentConflict({
  content,
  source,
  template,
  vars,
}: ContentOptions): string | undefined {
  const given = Object.entries({ content, source, template })
    .filter(([, option]) => option !== undefined)
    .map(([name]) => name)
  if (given.length > 1) return `${given.join(' and ')} exclude each other`
  if (vars !== undefined && template === undefined)
    return 'vars are for a template, and there is none'
  return undefined
}

/** Renders a template. With a secret among the variables the whole is secret. */
function rendered(
  { text, vars }: { readonly text: string; readonly vars: Readonly<Record<string, unknown>> },
  name: string,
): Content {
  if (!holdsSecret(vars)) return render(name, text, vars)
  return new Secret(render(name, text, revealAll(vars) as Readonly<Record<string, unknown>>), true)
}

/** The content that the options describe; `undefined` where content is not managed. */
export function contentOf({
  content,
  source,
  template,
  vars = {},
}: ContentOptions): Value<Content> | undefined {
  if (content !== undefined) return content
  if (source !== undefined) return Later.fact<Content>(request(sourceFact, source), '', source)
  if (template === undefined) return undefined
  const text = Later.fact(request(templateFact, template), '', `templates/${template}`)
  return Later.all({ text, vars }).map(rendered, template)
}

/** The same, where the content is only written and compared: a large source is not read whole. */
export function fileContentOf(options: ContentOptions): Value<FileContent> | undefined {
  const { source } = options
  if (source === undefined) return contentOf(options)
  return Later.fact<FileContent>(request(sourceContentFact, source), '', source)
}

/**
 * A file of the project as a Secret, such as the private key of a certificate: text in UTF-8 or,
 * with a byte order mark, UTF-16, by its path relative to the project's directory. Keep it out of
 * version control.
 * @chapter Values
 * @ansible `lookup('file', …)`
 */
export function secretSource(path: string): Later<Secret> {
  checkedArguments('secretSource', [path], [inProject])
  return Later.fact(request(sourceFact, path), new Uint8Array(), path).map(secretIn, path)
}

const secretIn = (found: Uint8Array, path: string): Secret => new Secret(textIn(found, path))

/**
 * Decodes a file of the project.
 * @throws FettleError `source-missing` for an encoding that is not supported
 */
export function textIn(found: Uint8Array, path: string): string {
  const decoded = decodeText(found)
  if ('text' in decoded) return decoded.text
  throw new FettleError('source-missing', {
    address: path,
    message: `${path} ${decoded.problem}`,
    remedy: 'save it as UTF-8',
  })
}

/** The SHA-256 of content, in hex as sha256sum(1) prints it. */
export const digestOf = (content: FileContent): string =>
  content instanceof FileInput
    ? content.sha256
    : createHash('sha256').update(inputBytes(content)).digest('hex')

/** Longer texts get no diff. */
const longestDiff = 256 * 1024

function textOf(content: Uint8Array): string | undefined {
  if (content.length > longestDiff || content.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}

/**
 * The diff for people: none for secrets, binary data and long texts, or where one of the contents
 * is not in memory.
 */
export function diffOf(before: Uint8Array | null, after: FileContent): TextDiff | undefined {
  if (after instanceof Secret || after instanceof FileInput || before === null) return undefined
  const [old, wanted] = [textOf(before), textOf(inputBytes(after))]
  return old === undefined || wanted === undefined ? undefined : { before: old, after: wanted }
}
