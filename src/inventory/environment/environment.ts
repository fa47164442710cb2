import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'dotenv'
import { FettleError } from '../../core/errors.js'
import { hide } from '../../core/scrub/scrub.js'
import { mayBeSecret } from '../../core/scrub/searched-texts.js'
import { Secret } from '../../core/secret.js'
import { decodeText } from '../../core/text-encoding.js'
import { DotenvFile } from './dotenv-file.js'
import { systemCode } from '../read/system-code.js'

const dotenvPath = (project: string): string => resolve(project, '.env')

/**
 * Registers the values of the project's `.env` as secrets, so that all output masks them whether a
 * task reads them or not; except those that cannot be secret. A file that cannot be read is an
 * error only for a task that reads a value.
 */
export function hideDotenv(project: string): void {
  try {
    readDotenv(dotenvPath(project))
  } catch {
    return
  }
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

/** Reads environment variables, and `.env` for names that are not set there. */
export interface Environment {
  /**
   * The value of a name, from the environment, else from the project's `.env`. An empty value
   * counts.
   * @throws FettleError `environment-missing`, or `environment-invalid` for a line of `.env` that
   *   programs read in different ways, before anything connects
   * @chapter Values
   * @ansible `lookup('env', …)`
   */
  (name: string): string
  /**
   * The value of a name as a Secret, from the environment, else from `.env`. An empty value is
   * refused.
   * @throws FettleError `environment-missing` or `environment-invalid`, before anything connects
   * @chapter Values
   * @ansible Vault, `no_log`
   */
  secret(name: string): Secret
  /**
   * The value of a name, as `env` finds it, or undefined where it is not set.
   * @throws FettleError `environment-invalid`
   * @chapter Values
   */
  optional(name: string): string | undefined
}

/**
 * An environment of a project: the variables of this process, and for other names the project's
 * `.env`. That file is read when it is first needed. Its values never enter `process.env`, where
 * child processes would inherit them.
 */
export function environmentOf(project: string): Environment {
  let dotenv: Pick<DotenvFile, 'get'> | null = null

  function optional(name: string): string | undefined {
    const set = Object.hasOwn(process.env, name) ? process.env[name] : undefined
    if (set !== undefined) return set
    dotenv ??= readDotenv(dotenvPath(project))
    return dotenv.get(name)
  }

  function required(name: string): string {
    const value = optional(name)
    if (value !== undefined) return value
    const file = dotenvPath(project)
    throw new FettleError('environment-missing', {
      address: name,
      message: `${name} is neither in the environment nor in ${file}`,
      remedy: `add a line ${name}=… to ${file}, or set it in the environment`,
    })
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

  return Object.assign(required, { secret, optional })
}

/**
 * Reads the environment and `.env`, at the top of a task file or inside a task. The loader gives
 * task files and inventories one that is bound to their project; this one is bound to the current
 * directory.
 */
export const env: Environment = environmentOf('.')
