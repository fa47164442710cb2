import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'dotenv'
import { FettleError } from '../../core/errors.js'
import { hide } from '../../core/scrub/scrub.js'
import { mayBeSecret } from '../../core/scrub/searched-texts.js'
import { Secret } from '../../core/secret.js'
import { decodeText } from '../../core/text-encoding.js'
import { DotenvFile } from './dotenv-file.js'
import { systemCode } from '../read/system-code.js'

let directory: string | null = null
let dotenv: Pick<DotenvFile, 'get'> | null = null

/** Sets the folder of `.env`. The default is the current directory. */
export function setProjectDirectory(project: string): void {
  directory = resolve(project)
  dotenv = null
}

/**
 * Registers the values of the project's `.env` as secrets, so that all output masks them whether a
 * task reads them or not; except those that cannot be secret. A file that cannot be read is an
 * error only for a task that reads a value.
 */
export function hideDotenv(project: string): void {
  setProjectDirectory(project)
  try {
    dotenv = readDotenv(join(project, '.env'))
  } catch {
    dotenv = null
  }
}

/**
 * Looks a name up in the project's `.env`, which is read once. Its values never enter
 * `process.env`, where child processes would inherit them.
 */
function fromFile(name: string): string | undefined {
  dotenv ??= readDotenv(join(directory ?? process.cwd(), '.env'))
  return dotenv.get(name)
}

/**
 * Registers values both as dotenv reads them and as written: where programs differ, each reading is
 * a secret.
 */
function hideValues(text: string): void {
  const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*(\S[^\r\n]*)/gm
  const hideValue = (name: string, value: string): void => {
    if (mayBeSecret(name, value)) hide(value)
  }
  for (const [name, value] of Object.entries(parse(text))) hideValue(name, value)
  for (const [, name = '', value = ''] of text.matchAll(assignment))
    hideValue(name, value.trimEnd())
}

function readDotenv(file: string): Pick<DotenvFile, 'get'> {
  try {
    const content = readFileSync(file)
    const decoded = decodeText(content)
    hideValues('text' in decoded ? decoded.text : content.toString())
    return new DotenvFile(file, content)
  } catch (cause) {
    if (cause instanceof FettleError) throw cause
    if (systemCode(cause) === 'ENOENT') return new Map<string, string>()
    throw new FettleError('source-missing', {
      address: file,
      message: `${file} cannot be read (${systemCode(cause) ?? String(cause)})`,
      cause,
    })
  }
}

function optional(name: string): string | undefined {
  const set = Object.hasOwn(process.env, name) ? process.env[name] : undefined
  return set ?? fromFile(name)
}

function required(name: string): string {
  const value = optional(name)
  if (value !== undefined) return value
  const file = join(directory ?? process.cwd(), '.env')
  throw new FettleError('environment-missing', {
    address: name,
    message: `${name} is neither in the environment nor in ${file}`,
    remedy: `add a line ${name}=… to ${file}, or set it in the environment`,
  })
}

/** Reads environment variables, and `.env` for names that are not set there. */
export interface Environment {
  /**
   * The value of a name, from the environment, else from the project's `.env`. An empty value
   * counts.
   * @throws FettleError `environment-missing`, or `environment-invalid` for a line of `.env` that
   *   programs read in different ways, before anything connects
   */
  (name: string): string
  /**
   * The value of a name as a Secret, from the environment, else from `.env`. An empty value is
   * refused.
   * @throws FettleError `environment-missing` or `environment-invalid`, before anything connects
   */
  secret(name: string): Secret
  /**
   * The value of a name, as `env` finds it, or undefined where it is not set.
   * @throws FettleError `environment-invalid`
   */
  optional(name: string): string | undefined
}

function secret(name: string): Secret {
  const value = required(name)
  if (value === '')
    throw new FettleError('environment-missing', {
      address: name,
      message: `${name} is set, and empty`,
      remedy: 'give it a value',
    })
  return new Secret(value)
}

/** Reads the environment and `.env`, at the top of a task file or inside a task. */
export const env: Environment = Object.assign(required, { secret, optional })
